internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("NPY")
struct NPYTests {
    @Test(
        "What is written is read back to the bit",
        arguments: [
            Shape([]), [1], [5], [2, 3], [1, 3, 5, 7], [0], [4, 0, 2], [1, 1, 1, 1, 1, 2], [600, 700],
        ], ElementType.allCases)
    func roundTrip(shape: Shape, element: ElementType) throws {
        let tensor = Tensor.random(shape, element: element, seed: 1)
        #expect(try NPY.decode(NPY.encode(tensor), path: "x") == tensor)
        let folder = try Folder()
        try NPY.write(tensor, to: folder.path("x.npy"))
        #expect(try NPY.read(folder.path("x.npy")) == tensor)
        #expect(try NPY.readType(folder.path("x.npy")) == tensor.type)
    }

    @Test("Infinity, NaN and -0 keep their bits")
    func specialValues() throws {
        let tensor = Tensor([5], [.infinity, -.infinity, .nan, -0.0, .leastNonzeroMagnitude])
        #expect(try NPY.decode(NPY.encode(tensor), path: "x") == tensor)
    }

    @Test("Written files are NumPy's: version 1.0, numbers at a multiple of 64 bytes")
    func written() {
        let bytes = NPY.encode(Tensor([2], [1, -2]))
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
        let expected = npyFile(
            header + String(repeating: " ", count: 117 - header.utf8.count) + "\n",
            [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(bytes == expected)
        #expect(bytes.count == 128 + 8)
    }

    @Test("Elements of every type are delivered as float32")
    func realElements() throws {
        let numbers: [Float] = [0, 1, 2.5, -3]
        let expected = Tensor([4], numbers)
        let float32 = numbers.map(\.bitPattern)
        let float64 = numbers.map { Double($0).bitPattern }
        #expect(try NPY.decode(npyFile("<f4", shape: "(4,)", bytes(float32)), path: "x") == expected)
        #expect(try NPY.decode(npyFile(">f4", shape: "(4,)", bytes(float32, bigEndian: true)), path: "x") == expected)
        #expect(try NPY.decode(npyFile("<f8", shape: "(4,)", bytes(float64)), path: "x") == expected)
        #expect(try NPY.decode(npyFile(">f8", shape: "(4,)", bytes(float64, bigEndian: true)), path: "x") == expected)
        // Without an order, with `=` and with `|`, the machine's own.
        let isBig = 1.bigEndian == 1
        for order in ["", "=", "|"] {
            let file = npyFile("\(order)f4", shape: "(4,)", bytes(float32, bigEndian: isBig))
            #expect(try NPY.decode(file, path: "x") == expected)
        }
    }

    @Test("Integers are delivered as the numbers they are", arguments: ["|u1", "<u1", ">u1", "u1"])
    func bytesAsNumbers(element: String) throws {
        let file = npyFile(element, shape: "(3,)", [0, 7, 255])
        #expect(try NPY.decode(file, path: "x") == Tensor([3], [0, 7, 255]))
    }

    @Test("16-bit integers of either byte order")
    func words() throws {
        let numbers: [UInt16] = [0, 258, 65535]
        let expected = Tensor([3], [0, 258, 65535])
        #expect(try NPY.decode(npyFile("<u2", shape: "(3,)", bytes(numbers)), path: "x") == expected)
        #expect(try NPY.decode(npyFile(">u2", shape: "(3,)", bytes(numbers, bigEndian: true)), path: "x") == expected)
    }

    @Test("Whole numbers of every width and sign, and of either byte order", arguments: [false, true])
    func integers(bigEndian: Bool) throws {
        let order = bigEndian ? ">" : "<"
        func check<Number: FixedWidthInteger>(_ element: String, _ numbers: [Number]) throws {
            let file = npyFile(order + element, shape: "(\(numbers.count),)", bytes(numbers, bigEndian: bigEndian))
            let (read, expected) = (try NPY.decode(file, path: "x"), Tensor([numbers.count], numbers.map { Float($0) }))
            #expect(read == expected, "\(element)")
        }
        try check("i1", [0, 1, -1, 127, -128] as [Int8])
        try check("i2", [0, 1, -2, 32767, -32768] as [Int16])
        try check("i4", [0, 1, -3, 1 << 24, -1 << 31] as [Int32])
        try check("i8", [0, 1, -4, 1 << 24, -1 << 62] as [Int64])
        try check("u1", [0, 1, 255] as [UInt8])
        try check("u2", [0, 1, 65535] as [UInt16])
        try check("u4", [0, 1, 1 << 24, 1 << 31] as [UInt32])
        try check("u8", [0, 1, 1 << 24, 1 << 63] as [UInt64])
    }

    @Test("Truth values are delivered as 0 and 1", arguments: ["|b1", "b1", "<b1", ">b1"])
    func booleans(element: String) throws {
        let file = npyFile(element, shape: "(3,)", [0, 1, 1])
        #expect(try NPY.decode(file, path: "x") == Tensor([3], [0, 1, 1]))
    }

    @Test("Halves are delivered exactly, of either byte order", arguments: [false, true])
    func halves(bigEndian: Bool) throws {
        // 0, 1, −2, 65504, the least normal and the least of all.
        let halves: [UInt16] = [0, 0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001]
        let file = npyFile(bigEndian ? ">f2" : "<f2", shape: "(6,)", bytes(halves, bigEndian: bigEndian))
        #expect(try NPY.decode(file, path: "x") == Tensor([6], [0, 1, -2, 65504, 0x1p-14, 0x1p-24]))
    }

    @Test("Complex elements are delivered as complex64")
    func complexElements() throws {
        let numbers: [Float] = [1, 2, -3, 0.5]
        let expected = Tensor(TensorType([2], .complex64), numbers)
        let float32 = numbers.map(\.bitPattern)
        let float64 = numbers.map { Double($0).bitPattern }
        #expect(try NPY.decode(npyFile("<c8", shape: "(2,)", bytes(float32)), path: "x") == expected)
        #expect(try NPY.decode(npyFile(">c8", shape: "(2,)", bytes(float32, bigEndian: true)), path: "x") == expected)
        #expect(try NPY.decode(npyFile("<c16", shape: "(2,)", bytes(float64)), path: "x") == expected)
        #expect(try NPY.decode(npyFile(">c16", shape: "(2,)", bytes(float64, bigEndian: true)), path: "x") == expected)
    }

    @Test("float64 is rounded to the nearest float32")
    func rounding() throws {
        let file = npyFile("<f8", shape: "(2,)", bytes([(0.1).bitPattern, (1e300).bitPattern]))
        #expect(try NPY.decode(file, path: "x") == Tensor([2], [0.1, .infinity]))
    }

    @Test("Fortran order is turned into row-major")
    func fortran() throws {
        // [[0, 1, 2], [3, 4, 5]] by columns.
        let file = npyFile("|u1", shape: "(2, 3)", fortran: true, [0, 3, 1, 4, 2, 5])
        #expect(try NPY.decode(file, path: "x") == Tensor([2, 3], [0, 1, 2, 3, 4, 5]))
    }

    @Test(
        "Fortran order of any rank",
        arguments: [Shape([]), [4], [2, 3], [3, 1, 4], [2, 3, 4, 5], [2, 0, 3], [1, 1, 1]], ElementType.allCases)
    func fortran(shape: Shape, element: ElementType) throws {
        let tensor = Tensor.random(shape, element: element, seed: 2)
        let parts = element.floats
        // Element (i, j, k, …) of the row-major tensor lies at i + n₀ (j + n₁ (k + …)).
        var stored = [Float](repeating: 0, count: shape.count * parts)
        for (index, value) in tensor.values.enumerated() {
            var rest = index / parts
            var coordinates: [Int] = []
            for extent in shape.dimensions.reversed() {
                coordinates.append(rest % extent)
                rest /= extent
            }
            let place = zip(coordinates, shape.dimensions.reversed()).reduce(0) { $0 * $1.1 + $1.0 }
            stored[place * parts + index % parts] = value
        }
        let tuple = "(" + shape.dimensions.map { "\($0)," }.joined(separator: " ") + ")"
        let file = npyFile(
            element == .float32 ? "<f4" : "<c8", shape: tuple, fortran: true, bytes(stored.map(\.bitPattern)))
        #expect(try NPY.decode(file, path: "x") == tensor)
    }

    @Test("Versions 1.0, 2.0 and 3.0, and dictionaries in any form Python takes")
    func versions() throws {
        let expected = Tensor([2, 1], [3, 4])
        let dictionaries = [
            "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1), }          \n",
            "{'shape':(2,1),'fortran_order':False,'descr':'|u1'}",
            "  {\"descr\" : \"|u1\" ,\n\"fortran_order\":False,\t\"shape\": ( 2 , 1 , ) , } ",
            "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }\n",
        ]
        for version in [(1, 0), (2, 0), (3, 0)] as [(UInt8, UInt8)] {
            for dictionary in dictionaries {
                #expect(try NPY.decode(npyFile(version: version, dictionary, [3, 4]), path: "x") == expected)
            }
        }
    }

    @Test("Reading the type alone reads no numbers, but checks that they are there")
    func typeOnly() throws {
        let folder = try Folder()
        let whole = NPY.encode(Tensor([1, 3, 4, 5]))
        let path = try folder.file("x.npy", Array(whole.dropLast(1)))
        #expect(throws: TensorFileError.truncated(path: path, needed: 128 + 240, found: 128 + 239)) {
            try NPY.readType(path)
        }
        #expect(throws: TensorFileError.truncated(path: path, needed: 128 + 240, found: 128 + 239)) {
            try NPY.read(path)
        }
    }

    @Test("Versions 2.0 and 3.0 from a file")
    func versionsFromFiles() throws {
        let folder = try Folder()
        for version in [(2, 0), (3, 0)] as [(UInt8, UInt8)] {
            let file = npyFile(version: version, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", [3, 4])
            let path = try folder.file("x.npy", file)
            #expect(try NPY.readType(path) == TensorType([2]))
            #expect(try NPY.read(path) == Tensor([2], [3, 4]))
        }
    }
}
