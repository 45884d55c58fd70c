internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("Damaged safetensors files")
struct SafeTensorsDamageTests {
    private static let again = "write or copy the file again"

    private static func senseless(_ detail: String) -> String {
        "x: has a header that makes no sense: \(detail); write the file again"
    }

    private static let incomplete = senseless(
        "tensor 'a' needs a 'dtype', a 'shape' and two 'data_offsets' of whole numbers")

    /// One tensor, `a`.
    private static func one(_ dtype: String, _ shape: String, _ offsets: String, _ count: Int) -> [UInt8] {
        safeTensorsFile(
            "{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}",
            [UInt8](repeating: 0, count: count))
    }

    private static let nested = String(repeating: "[", count: 100_000)

    static let samples: [(bytes: [UInt8], message: String)] = [
        ([], "x: is empty; \(again)"),
        ([1, 2, 3], "x: ends too early: 8 bytes are needed, 3 are there; \(again)"),
        (
            bytes([UInt64.max]) + [0],
            "x: says its header takes 18446744073709551615 bytes, the limit is 100000000; "
                + "the file is damaged, write it again"
        ),
        (
            bytes([UInt64(100_000_001)]),
            "x: says its header takes 100000001 bytes, the limit is 100000000; the file is damaged, write it again"
        ),
        (bytes([UInt64(9)]) + [0x7B], "x: ends too early: 17 bytes are needed, 9 are there; \(again)"),
        (safeTensorsFile(""), senseless("it is no JSON object")),
        (safeTensorsFile("[]"), senseless("it is no JSON object")),
        (safeTensorsFile("{\0}"), senseless("it is no JSON object")),
        (safeTensorsFile("{"), senseless("it is no valid JSON")),
        (safeTensorsFile("{} {}"), senseless("it is no valid JSON")),
        (safeTensorsFile("{\"a\":\(nested)"), senseless("it is no valid JSON")),
        (safeTensorsFile("{\"a\":" + String(repeating: "{\"a\":", count: 50_000)), senseless("it is no valid JSON")),
        (bytes([UInt64(6)]) + [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x7D], senseless("it is no valid JSON")),
        (safeTensorsFile(#"{"a":3}"#), incomplete),
        (safeTensorsFile(#"{"a":{"dtype":"F32","shape":[1]}}"#), incomplete),
        (safeTensorsFile(#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#), incomplete),
        (one("F32", "\"1\"", "[0,4]", 4), incomplete),
        (one("F32", "[1.5]", "[0,4]", 4), incomplete),
        (one("F32", "[1]", "[0]", 4), incomplete),
        (one("F32", "[1]", "[0,1e99]", 4), incomplete),
        (
            one("I64", "[1]", "[0,8]", 8),
            "x: tensor 'a' holds elements of type 'I64'; convert them to one of F32, F16 and BF16"
        ),
        (one("F32", "[-1]", "[0,4]", 4), senseless("tensor 'a' cannot have the shape [-1]")),
        (
            one("F32", "[4611686018427387904,4]", "[0,4]", 4),
            senseless("tensor 'a' cannot have the shape [4611686018427387904, 4]")
        ),
        (one("F32", "[1]", "[4,0]", 4), senseless("tensor 'a' cannot lie at the bytes 4 to 0")),
        (one("F32", "[1]", "[-4,0]", 4), senseless("tensor 'a' cannot lie at the bytes -4 to 0")),
        (
            one("F32", "[2]", "[0,4]", 4),
            senseless("tensor 'a' takes 8 bytes as F32 of shape 2, but 4 are set apart for it")
        ),
        (
            one("F32", "[1]", "[4,8]", 8),
            senseless("tensor 'a' starts at byte 4, where the one before it ends at 0")
        ),
        (one("F32", "[1]", "[0,4]", 3), "x: ends too early: 4 bytes are needed, 3 are there; \(again)"),
        (
            one("F32", "[1]", "[0,4]", 5),
            "x: is too long: its header describes 4 bytes, 5 are there; \(again)"
        ),
        (
            safeTensorsFile(
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
                    + #""b":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
            senseless("tensor 'b' starts at byte 0, where the one before it ends at 4")
        ),
        (
            safeTensorsFile(
                #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
                    + #""\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
            senseless("the name 'a' appears twice")
        ),
        (
            safeTensorsFile(
                #"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4],"dtype":"F32"}}"#, [0, 0, 0, 0]),
            senseless("the name 'dtype' appears twice")
        ),
    ]

    @Test("Each damage has its message", arguments: samples.indices)
    func messages(index: Int) throws {
        let sample = Self.samples[index]
        let error = #expect(throws: TensorFileError.self) { try SafeTensors.decode(sample.bytes, path: "x") }
        #expect(error?.description == sample.message)
        let folder = try Folder()
        let path = try folder.file("file", sample.bytes)
        for read in [{ _ = try SafeTensors.read(path) }, { _ = try SafeTensors.header(of: path) }] {
            let error = #expect(throws: TensorFileError.self) { try read() }
            #expect(error?.description == path + sample.message.dropFirst(1))
        }
    }

    @Test("Any bytes are read or refused", arguments: 1...4 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let good = try SafeTensors.encode(["a": Tensor([2], [1, 2]), "\"b": Tensor([1, 1], [3])], path: "x")
        var (read, refused) = (0, 0)
        for _ in 0..<4000 {
            // The length is mended half of the time, so that the header itself is reached.
            var bytes = mutated(good, using: &random)
            if Bool.random(using: &random), bytes.count > 20 {
                bytes.replaceSubrange(0..<8, with: TensorFilesTests.bytes([UInt64(bytes.count - 20)]))
            }
            do {
                _ = try SafeTensors.decode(bytes, path: "x")
                read += 1
            } catch {
                #expect(!error.description.contains("\n"))
                refused += 1
            }
        }
        #expect(read > 0 && refused > 1000)
    }
}
