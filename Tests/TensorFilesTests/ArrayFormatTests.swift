import Foundation
import TensorFiles
import Tensors
import TestSupport
import Testing

/// Boxes of arrays in files, of every format that can be written here.
@Suite("Arrays by regions")
struct ArrayFormatTests {
    /// A source that counts what is read of it.
    private final class Counting: ByteSource {
        let path = "counted"
        var count: Int { bytes.count }
        private(set) var taken = 0
        private(set) var reads = 0
        private let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
            guard offset + buffer.count <= bytes.count else {
                throw .truncated(path: path, needed: offset + buffer.count, found: bytes.count)
            }
            buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
            taken += buffer.count
            reads += 1
        }
    }

    private static let files: [(name: String, shape: [Int], bytes: [UInt8])] = {
        let numbers: [Float] = (0..<210).map { (index: Int) -> Float in Float((index * 37) % 211) }
        let floats: [UInt8] = bytes(numbers.map(\.bitPattern))
        let shape = "(2, 3, 5, 7)"
        let doubles: [UInt8] = bytes(numbers.map { Double($0).bitPattern }, bigEndian: true)
        let halves: [UInt8] = bytes(numbers.map { UInt16($0) })
        return [
            ("<f4", [2, 3, 5, 7], NPY.encode(Tensor([2, 3, 5, 7], numbers))),
            (
                "<f4, first axis fastest", [2, 3, 5, 7],
                npyFile("<f4", shape: shape, fortran: true, floats)
            ),
            (">f8", [2, 3, 5, 7], npyFile(">f8", shape: shape, doubles)),
            ("<u2", [2, 3, 5, 7], npyFile("<u2", shape: shape, halves)),
            ("<c8", [3, 5, 7], npyFile("<c8", shape: "(3, 5, 7)", floats)),
            ("a vector", [210], NPY.encode(Tensor([210], numbers))),
            ("a number", [], NPY.encode(Tensor([], [3]))),
        ]
    }()

    @Test("a box is that part of the whole, and what is known of it is what is in it", arguments: files.indices, 0..<12)
    func boxes(_ index: Int, seed: Int) throws {
        let file = Self.files[index]
        let array = try ArrayFile(HeldBytes(file.bytes, path: "x"))
        let whole = try array.image().image
        #expect(array.header.type.shape == Shape(file.shape))
        #expect(array.header.readsBoxes != file.name.contains("first axis fastest"))
        var random = SeededRandom(UInt64(seed))
        let box = Region(
            file.shape.map { extent in
                let ends = [Int.random(in: 0...extent, using: &random), Int.random(in: 0...extent, using: &random)]
                return ends.min()!..<ends.max()!
            })
        let parts = whole.type.element.floats
        let expected = (0..<whole.shape.count).filter { element in
            var rest = element
            return zip(file.shape, box.ranges).reversed().allSatisfy { extent, range in
                defer { rest /= extent }
                return range.contains(rest % extent)
            }
        }.flatMap { element in (0..<parts).map { whole.values[element * parts + $0] } }
        var read = [Float](repeating: .nan, count: box.count * parts)
        try read.withUnsafeMutableBufferPointer { try array.read(box, into: $0) }
        #expect(read == expected)
        let facts = try array.look(box)
        #expect(facts.type == TensorType(Shape(box.extents), whole.type.element))
        let values = try #require(facts.values)
        #expect(values.count == expected.count)
        if let least = expected.min(), let greatest = expected.max() {
            #expect(values.range == Double(least)...Double(greatest))
        }
    }

    @Test("no more of a file is read than the header and the rows of the box")
    func bytesRead() throws {
        let source = Counting(NPY.encode(Tensor.random([64, 256, 256], seed: 1)))
        let array = try ArrayFile(source)
        var slice = [Float](repeating: 0, count: 256 * 256)
        try slice.withUnsafeMutableBufferPointer { try array.read(Region([7..<8, 0..<256, 0..<256]), into: $0) }
        #expect(source.taken < slice.count * 4 + 4096)
    }

    @Test("a slice across the rows is read by windows, not element by element", arguments: [true, false])
    func scattered(fortran: Bool) throws {
        let numbers = Tensor.random([64, 32, 256], seed: 1)
        // The same bytes as an array whose first axis varies fastest.
        let floats =
            fortran
            ? npyFile("<f4", shape: "(256, 32, 64)", fortran: true, bytes(numbers.values.map(\.bitPattern)))
            : NPY.encode(numbers)
        let source = Counting(floats)
        let array = try ArrayFile(source)
        let box = Region(fortran ? [9..<10, 0..<32, 0..<64] : [0..<64, 0..<32, 9..<10])
        var slice = [Float](repeating: 0, count: 64 * 32)
        let before = source.reads
        try slice.withUnsafeMutableBufferPointer { try array.read(box, into: $0) }
        let values = numbers.values
        var expected: [Float] = []
        for first in 0..<(fortran ? 32 : 64) {
            for second in 0..<(fortran ? 64 : 32) {
                let line: Int = fortran ? second * 32 + first : first * 32 + second
                expected.append(values[line * 256 + 9])
            }
        }
        #expect(slice == expected)
        #expect(source.reads - before < 20, "\(source.reads)")
    }

    @Test("reading an array whose first axis varies fastest takes no more memory than one whose last does, but a piece")
    func scratch() throws {
        let floats: [UInt8] = bytes([UInt32](repeating: 0, count: 1 << 20))
        let array = try ArrayFile(HeldBytes(npyFile("<f4", shape: "(1024, 1024)", fortran: true, floats), path: "x"))
        #expect(array.header.scratchBytes <= 1 << 20)
    }

    @Test("a box has a hash of its own, which another value outside of it leaves as it is")
    func hashes() throws {
        var values = Tensor.random([4, 5, 6], seed: 2).values
        func hash(_ box: Region) throws -> String {
            try #require(
                try ArrayFile(HeldBytes(NPY.encode(Tensor([4, 5, 6], values)), path: "x.npy")).hash(of: box))
        }
        let (first, last) = (Region([0..<2, 0..<5, 2..<4]), Region([2..<4, 0..<5, 2..<4]))
        let known = try [hash(first), hash(last)]
        values[3] = 7
        #expect(try hash(first) != known[0])
        #expect(try hash(last) == known[1])
    }

    @Test("a picture's box is that part of the picture")
    func picture() throws {
        let folder = try Folder()
        let picture = Tensor([1, 3, 8, 9], (0..<216).map { Float(($0 * 7) % 256) / 255 })
        try PNG.write(picture, to: folder.path("p.png"))
        let array = try ArrayFile(LocalFile(folder.path("p.png")))
        let whole = try array.image().image
        var part = [Float](repeating: 0, count: 2 * 3)
        try part.withUnsafeMutableBufferPointer { try array.read(Region([0..<1, 1..<2, 2..<4, 5..<8]), into: $0) }
        let values = whole.values
        var expected: [Float] = []
        for row in 2..<4 { expected += values[72 + row * 9 + 5..<72 + row * 9 + 8] }
        #expect(part == expected)
        #expect(!array.header.readsBoxes && array.header.scratchBytes > 216)
    }

    @Test("a value that cannot be computed with is named by its place in the array")
    func faults() throws {
        var values = Tensor.random([4, 5, 6], seed: 2).values
        values[2 * 30 + 3 * 6 + 4] = .nan
        let array = try ArrayFile(HeldBytes(NPY.encode(Tensor([4, 5, 6], values)), path: "x.npy"))
        _ = try array.look(Region([0..<2, 0..<5, 0..<6]))
        let error = #expect(throws: TensorFileError.self) { try array.look(Region([1..<4, 2..<5, 3..<6])) }
        #expect(try #require(error).description.contains("[2, 3, 4]"), "\(error?.description ?? "")")
    }

    /// Floats after four letters; it holds two arrays.
    private enum Twin: ArrayFormat {
        static let name = "Twin"

        static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: Array("TWIN".utf8)) }

        static func header(_ source: any ByteSource, dataSet: String?) throws(TensorFileError) -> ArrayHeader {
            guard let dataSet, ["a", "b"].contains(dataSet) else {
                throw .noDataSet(path: source.path, dataSet: dataSet, there: ["a", "b"])
            }
            return ArrayHeader(TensorType([(source.count - 4) / 8]))
        }

        static func read(
            _ box: Region, of dataSet: String?, _ source: any ByteSource, into floats: UnsafeMutableBufferPointer<Float>
        ) throws(TensorFileError) {
            let start = 4 + (dataSet == "b" ? (source.count - 4) / 2 : 0) + 4 * box[0].lowerBound
            try source.read(from: start, into: UnsafeMutableRawBufferPointer(floats))
        }
    }

    @Test("a format of one's own is a conformance and a line in the table")
    func own() throws {
        let file = Array("TWIN".utf8) + bytes([Float(1), 2, 3, 4, 5, 6].map(\.bitPattern))
        var formats = ArrayFormats.standard
        let without = #expect(throws: TensorFileError.self) { try ArrayFile(HeldBytes(file, path: "t")) }
        #expect(without?.description == "t: is neither PNG nor NPY; convert the image to one of them")
        formats.add(Twin.self)
        func open(_ name: String?) throws -> ArrayFile {
            try ArrayFile(HeldBytes(file, path: "t"), dataSet: name, formats: formats)
        }
        #expect(try open("b").image().image.values == [4, 5, 6])
        // The values are looked at although the format says nothing of that.
        #expect(try open("a").look(Region([1..<3])).values?.range == 2...3)
        let unnamed = #expect(throws: TensorFileError.self) { try open(nil) }
        #expect(unnamed?.description == "t: holds several arrays; name one with 'dataSet': 'a', 'b'")
        let wrong = #expect(throws: TensorFileError.self) { try open("c") }
        #expect(wrong?.description == "t: holds no array 'c'; there are: 'a', 'b'")
        let single = #expect(throws: TensorFileError.self) {
            try ArrayFile(HeldBytes(NPY.encode(Tensor([1], [1])), path: "x.npy"), dataSet: "a")
        }
        #expect(single?.description == "x.npy: holds a single array, so there is no 'a'; leave 'dataSet' out")
    }
}
