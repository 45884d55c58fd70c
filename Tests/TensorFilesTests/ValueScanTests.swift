internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

/// What is found in the values of a file before anything is computed with them.
@Suite("Values of files")
struct ValueScanTests {
    /// What is wrong with an array's file, read from a file and from its bytes.
    private func message(_ file: [UInt8]) throws -> String? {
        let folder = try Folder()
        let path = try folder.file("x.npy", file)
        func message(_ look: () throws -> ArrayFacts) -> String? {
            do {
                _ = try look()
                return nil
            } catch {
                return "\(error)".replacing(path, with: "x.npy")
            }
        }
        let (fromFile, fromBytes) = (message { try ImageFile.look(path) }, message { try ImageFile.look(path, file) })
        #expect(fromFile == fromBytes)
        return fromFile
    }

    private func floats(_ values: [Float], shape: String, fortran: Bool = false) -> [UInt8] {
        npyFile("<f4", shape: shape, fortran: fortran, bytes(values.map(\.bitPattern)))
    }

    private func doubles(_ values: [Double], shape: String, bigEndian: Bool = false) -> [UInt8] {
        npyFile(bigEndian ? ">f8" : "<f8", shape: shape, bytes(values.map(\.bitPattern), bigEndian: bigEndian))
    }

    @Test("NaN and infinity are refused with their number and the first's place")
    func notFinite() throws {
        var values = [Float](repeating: 0.5, count: 24)
        values[17] = .nan
        #expect(
            try message(floats(values, shape: "(2, 3, 4)"))
                == "x.npy: 1 of its 24 values is NaN or infinite, at [1, 1, 1] (nan); replace it, for example with "
                + "numpy.nan_to_num")
        values[6] = -.infinity
        #expect(
            try message(floats(values, shape: "(2, 3, 4)"))
                == "x.npy: 2 of its 24 values are NaN or infinite, the first at [0, 1, 2] (-inf); replace them, for "
                + "example with numpy.nan_to_num")
        // Number 6 of the file is [0, 0, 1] where the first axis varies fastest.
        #expect(
            try #require(try message(floats(values, shape: "(2, 3, 4)", fortran: true))).contains("at [0, 0, 1] (-inf)")
        )
        #expect(try #require(try message(floats([.infinity], shape: "()"))).contains("at [] (inf)"))
    }

    @Test("of halves, doubles and complex numbers too", arguments: [false, true])
    func otherElements(bigEndian: Bool) throws {
        let order = bigEndian ? ">" : "<"
        let half = npyFile(order + "f2", shape: "(2,)", bytes([0x3C00, 0x7E00] as [UInt16], bigEndian: bigEndian))
        #expect(try #require(try message(half)).contains("1 of its 2 values is NaN or infinite, at [1] (nan)"))
        let double = doubles([.nan, 1], shape: "(2,)", bigEndian: bigEndian)
        #expect(try #require(try message(double)).contains("1 of its 2 values is NaN or infinite, at [0] (nan)"))
        let numbers: [Float] = [0, 0, 1, .infinity]
        let complex = npyFile(
            order + "c8", shape: "(2,)", bytes(numbers.map(\.bitPattern), bigEndian: bigEndian))
        #expect(try #require(try message(complex)).contains("1 of its 4 values is NaN or infinite, at [1] (inf)"))
        let wide: [Double] = [0, 0, 1e300, 1]
        let double2 = npyFile(
            order + "c16", shape: "(2,)", bytes(wide.map(\.bitPattern), bigEndian: bigEndian))
        #expect(try #require(try message(double2)).contains("1 of its 4 values is beyond float32"))
    }

    @Test("Numbers beyond float32 are refused by name")
    func tooLarge() throws {
        #expect(
            try message(doubles([0, 1e300, -4e38, 3.4e38], shape: "(4,)"))
                == "x.npy: 2 of its 4 values are beyond float32, in which all is computed, the first at [1] (1e+300); "
                + "scale the array down, to less than 3.4e38")
        // What is rounded to a float32 is one.
        #expect(try message(doubles([3.4e38, 1e-300, 0.1], shape: "(3,)")) == nil)
    }

    @Test("An array of numbers that float32 takes for nothing is refused")
    func vanishing() throws {
        #expect(
            try message(doubles([0, -1e-50, 1e-60], shape: "(3,)"))
                == "x.npy: its values are all below those that float32 holds, in which all is computed; the largest is "
                + "1e-50; scale the array up, to more than 1.2e-38")
        #expect(try message(doubles([0, 0], shape: "(2,)")) == nil)
        #expect(try message(doubles([1e-50, 1], shape: "(2,)")) == nil)
    }

    @Test("Whole numbers that float32 would change are refused")
    func inexact() throws {
        let beyond = (1 << 24) + 1
        let refused =
            "x.npy: 1 of its 3 whole numbers changes as float32, in which all is computed, at [1] (16777217); save the "
            + "array as float32 if rounding is meant"
        #expect(try message(npyFile("<i4", shape: "(3,)", bytes([0, Int32(beyond), 5]))) == refused)
        #expect(try message(npyFile("<u4", shape: "(3,)", bytes([0, UInt32(beyond), 5]))) == refused)
        #expect(try message(npyFile("<i8", shape: "(3,)", bytes([0, Int64(beyond), 5]))) == refused)
        #expect(try message(npyFile(">u8", shape: "(3,)", bytes([0, UInt64(beyond), 5], bigEndian: true))) == refused)
        let negative = npyFile("<i8", shape: "(2,)", bytes([-Int64(beyond), Int64.min]))
        #expect(try #require(try message(negative)).contains("at [0] (-16777217)"))
        #expect(try message(npyFile("<u8", shape: "(2,)", bytes([UInt64(1) << 63, 1 << 24]))) == nil)
    }

    @Test("What is there is summed up, also of arrays that are read in several pieces", arguments: [5, 65_536, 70_001])
    func summary(count: Int) throws {
        var values = Tensor.random([count], in: -0.4...1.4, seed: 3).values
        values[count - 2] = 7
        values[1] = -3.5
        let folder = try Folder()
        try NPY.write(Tensor([count], values), to: folder.path("x.npy"))
        let facts = try ImageFile.look(folder.path("x.npy"))
        #expect(facts.type == TensorType([count]) && facts.form == .array(white: nil))
        let scan = try #require(facts.values)
        #expect(scan.count == count && scan.range == -3.5...7 && scan.strays == 2)
        #expect(abs(scan.sum - values.reduce(0.0) { $0 + Double($1) }) < 1e-6 * Double(count))
    }

    @Test("The first fault is found wherever the pieces end", arguments: [0, 65_535, 65_536, 70_000])
    func places(position: Int) throws {
        var values = [Float](repeating: 1, count: 70_001)
        values[position] = .nan
        #expect(try #require(try message(floats(values, shape: "(70001,)"))).contains("at [\(position)] (nan)"))
    }

    @Test("Ranges are those of the numbers, from the least to the greatest, -0 and 0 alike")
    func ranges() throws {
        func range(_ file: [UInt8]) throws -> ClosedRange<Double>? { try ImageFile.look("x", file).values?.range }
        #expect(try range(floats([-0.0, 0], shape: "(2,)")) == 0...0)
        #expect(try range(floats([-2, -3], shape: "(2,)")) == -3 ... -2)
        #expect(try range(floats([], shape: "(0,)")) == nil)
        #expect(try range(npyFile("|u1", shape: "(2,)", [7, 255])) == 7...255)
        #expect(try range(npyFile("|b1", shape: "(2,)", [0, 1])) == 0...1)
        #expect(try range(npyFile("<i8", shape: "(2,)", bytes([Int64(1) << 40, -5]))) == -5...0x1p40)
    }

    @Test("Forms: what is stored as the samples of a picture are", arguments: [1, 3])
    func forms(channels: Int) throws {
        func white(_ file: [UInt8]) throws -> Int? { try ImageFile.look("x", file).form.white }
        #expect(try white(npyFile("|u1", shape: "(1,)", [7])) == 255)
        #expect(try white(npyFile("<u2", shape: "(1,)", [7, 0])) == 65535)
        #expect(try white(npyFile("<i2", shape: "(1,)", [7, 0])) == nil)
        let folder = try Folder()
        let image = Tensor.random([1, channels, 4, 5], in: 0.2...0.8, seed: 1)
        for depth in PNG.BitDepth.allCases {
            try PNG.write(image, to: folder.path("p.png"), bitDepth: depth)
            let facts = try ImageFile.look(folder.path("p.png"))
            #expect(facts.form == .picture(depth) && facts.type == image.type)
            let range = try #require(facts.values?.range)
            #expect(range.lowerBound > 0.19 && range.upperBound < 0.81)
        }
    }

    @Test("Weights are looked at, too")
    func weights() throws {
        let folder = try Folder()
        let path = folder.path("w.safetensors")
        try SafeTensors.write(["a": Tensor([2]), "b.weight": Tensor([2, 2], [0, 1, .nan, .infinity])], to: path)
        let message =
            "w.safetensors: tensor 'b.weight': 2 of its 4 values are NaN or infinite, the first at [1, 0] (nan); export "
            + "the weights again"
        let bytes = try SafeTensors.encode(["b.weight": Tensor([2, 2], [0, 1, .nan, .infinity])], path: "")
        for look in [{ try SafeTensors.look(path) }, { try SafeTensors.look(path, bytes) }] {
            let error = #expect(throws: TensorFileError.self) { _ = try look() }
            #expect(error?.description.replacing(path, with: "w.safetensors") == message)
        }
        try SafeTensors.write(["a": Tensor([2]), "b": Tensor([2, 2], [0, 1, 2, 3])], to: path)
        #expect(try SafeTensors.look(path) == ["a": [2], "b": [2, 2]])
    }
}
