internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("Damaged NPY files")
struct NPYDamageTests {
    private static let again = "write or copy the file again"
    private static let anew = "write the file again"
    private static let elements = "b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4, f8, c8 and c16"

    private static func header(_ dictionary: String) -> [UInt8] { npyFile(dictionary) }

    private static func shape(_ tuple: String) -> [UInt8] { npyFile("<f4", shape: tuple, []) }

    static let samples: [(bytes: [UInt8], message: String)] = [
        ([], "x.npy: is empty; write or copy the file again"),
        (Array("P6 not NumPy's".utf8), "x.npy: is not an NPY file; give a file of that format"),
        ([0x93, 0x4E], "x.npy: is not an NPY file; give a file of that format"),
        (Array(npyFile("").prefix(6)), "x.npy: ends too early: 12 bytes are needed, 6 are there; \(again)"),
        (npyFile(version: (4, 0), "{}"), "x.npy: is NPY version 4.0; save it as version 1.0, 2.0 or 3.0"),
        (npyFile(version: (1, 7), "{}  "), "x.npy: is NPY version 1.7; save it as version 1.0, 2.0 or 3.0"),
        (
            npyFile(version: (2, 0), "").dropLast(4) + [0xFF, 0xFF, 0xFF, 0xFF],
            "x.npy: says its header takes 4294967295 bytes, the limit is 1048576; the file is damaged, write it again"
        ),
        (
            npyFile(version: (1, 0), "").dropLast(2) + [0xFF, 0xFF] + Array("{}".utf8),
            "x.npy: ends too early: 65545 bytes are needed, 12 are there; \(again)"
        ),
        (header("  "), "x.npy: has a header that makes no sense: '{' expected at byte 2; \(anew)"),
        (header("{'descr"), "x.npy: has a header that makes no sense: a closing quote expected at byte 2; \(anew)"),
        (header("{'descr' 1}"), "x.npy: has a header that makes no sense: ':' expected at byte 9; \(anew)"),
        (header("{'descr': 12}"), "x.npy: has a header that makes no sense: a value expected at byte 10; \(anew)"),
        (header("{'a': True 'b'}"), "x.npy: has a header that makes no sense: ',' expected at byte 11; \(anew)"),
        (
            header("{(1, 2): True}"),
            "x.npy: has a header that makes no sense: a name in quotes expected at byte 7; \(anew)"
        ),
        (
            header("{'a': True, 'a': True}"),
            "x.npy: has a header that makes no sense: "
                + "a name other than 'a' again before what is expected at byte 21; \(anew)"
        ),
        (header("{} {}"), "x.npy: has a header that makes no sense: nothing more expected at byte 3; \(anew)"),
        (
            header("{'descr': '<f4', 'shape': (1,)}"),
            "x.npy: has a header that makes no sense: "
                + "its entries must be 'descr', 'fortran_order' and 'shape'; \(anew)"
        ),
        (
            header("{'descr': '<f4', 'fortran_order': 'yes', 'shape': (1,)}"),
            "x.npy: has a header that makes no sense: 'fortran_order' must be True or False; \(anew)"
        ),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': True}"),
            "x.npy: has a header that makes no sense: 'shape' must be a tuple of whole numbers; \(anew)"
        ),
        (
            header("{'descr': True, 'fortran_order': False, 'shape': (1,)}"),
            "x.npy: has a header that makes no sense: 'descr' must be an element type in quotes; \(anew)"
        ),
        (shape("(3)"), "x.npy: has a header that makes no sense: ',' expected at byte 52; \(anew)"),
        (shape("(a,)"), "x.npy: has a header that makes no sense: a whole number expected at byte 51; \(anew)"),
        (
            shape("(99999999999999999999,)"),
            "x.npy: has a header that makes no sense: a smaller number expected at byte 69; \(anew)"
        ),
        (shape("(-1,)"), "x.npy: has a header that makes no sense: the array cannot have the shape [-1]; \(anew)"),
        (
            shape("(9000000000000000000, 2)"),
            "x.npy: has a header that makes no sense: "
                + "the array cannot have the shape [9000000000000000000, 2]; \(anew)"
        ),
        (
            shape("(0, 4000000000, 4000000000)"),
            "x.npy: has a header that makes no sense: "
                + "the array cannot have the shape [0, 4000000000, 4000000000]; \(anew)"
        ),
        (
            shape("(\(String(repeating: "1, ", count: 65)))"),
            "x.npy: has a header that makes no sense: the array has 65 axes, the limit is 64; \(anew)"
        ),
        (shape("(1000000, 1000000)"), "x.npy: ends too early: 4000000000082 bytes are needed, 82 are there; \(again)"),
        (
            npyFile("<f4", shape: "(2,)", [1, 2, 3]),
            "x.npy: ends too early: 76 bytes are needed, 71 are there; \(again)"
        ),
        (
            npyFile("<f4", shape: "(1,)", [1, 2, 3, 4, 5]),
            "x.npy: is too long: its header describes 72 bytes, 73 are there; \(again)"
        ),
        (
            npyFile("<f16", shape: "(1,)", Array(repeating: 0, count: 16)),
            "x.npy: holds elements of type '<f16'; convert them to one of \(elements)"
        ),
        (
            npyFile("|O", shape: "(1,)", []),
            "x.npy: holds elements of type '|O'; convert them to one of \(elements)"
        ),
        (
            npyFile("<\n\u{0}f4", shape: "(1,)", []),
            "x.npy: holds elements of type '<\\n\\0f4'; convert them to one of \(elements)"
        ),
        (
            header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}"),
            "x.npy: holds elements of type structure; convert them to one of \(elements)"
        ),
    ]

    @Test("Each damage has its message", arguments: samples.indices)
    func messages(index: Int) throws {
        let sample = Self.samples[index]
        let error = #expect(throws: TensorFileError.self) { try NPY.decode(sample.bytes, path: "x.npy") }
        #expect(error?.description == sample.message)

        // The same from a file, in full and by its header.
        let folder = try Folder()
        let path = try folder.file("x.npy", sample.bytes)
        let message = sample.message.replacing("x.npy", with: path)
        for read in [{ _ = try NPY.read(path) }, { _ = try NPY.readType(path) }] {
            let error = #expect(throws: TensorFileError.self) { try read() }
            #expect(error?.description == message)
        }
    }

    @Test("Any bytes are read or refused", arguments: 1...4 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed)
        let good = [
            NPY.encode(Tensor.random([2, 3], seed: 1)), NPY.encode(Tensor.random([1], element: .complex64, seed: 1)),
            npyFile(">f8", shape: "(1, 2, 1)", fortran: true, bytes([(1.5).bitPattern, (2.5).bitPattern])),
            npyFile(version: (3, 0), "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 1), }", [3, 4]),
        ]
        var (read, refused) = (0, 0)
        for _ in 0..<5000 {
            let bytes = mutated(good[Int.random(in: 0..<good.count, using: &random)], using: &random)
            do {
                let tensor = try NPY.decode(bytes, path: "x")
                #expect(tensor.type.byteCount <= 4 * bytes.count)
                read += 1
            } catch {
                #expect(!error.description.contains("\n"))
                refused += 1
            }
        }
        #expect(read > 0 && refused > 1000)
    }
}
