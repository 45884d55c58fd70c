internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

/// A file of the given header and numbers.
func safeTensorsFile(_ json: String, _ payload: [UInt8] = []) -> [UInt8] {
    bytes([UInt64(json.utf8.count)]) + Array(json.utf8) + payload
}

@Suite("SafeTensors")
struct SafeTensorsTests {
    @Test("What is written is read back to the bit")
    func roundTrip() throws {
        let tensors = [
            "model.0.weight": Tensor.random([4, 3, 3, 3], seed: 1), "model.0.bias": Tensor.random([4], seed: 2),
            "scalar": Tensor([], [1.5]), "empty": Tensor([0, 3]), "\"quoted\"\n\\ é\u{1F600}\u{1}": Tensor([1], [.nan]),
        ]
        let folder = try Folder()
        let path = folder.path("x.safetensors")
        try SafeTensors.write(tensors, to: path)
        #expect(try SafeTensors.read(path) == tensors)
        #expect(try SafeTensors.header(of: path) == tensors.mapValues(\.shape))
        #expect(try SafeTensors.decode(SafeTensors.encode(tensors, path: "x"), path: "x") == tensors)
    }

    @Test("No tensors at all")
    func none() throws {
        #expect(try SafeTensors.decode(SafeTensors.encode([:], path: "x"), path: "x").isEmpty)
        #expect(try SafeTensors.decode(safeTensorsFile("{}"), path: "x").isEmpty)
    }

    @Test("Written files are those of the format's description")
    func written() throws {
        let file = try SafeTensors.encode(["b": Tensor([1], [1]), "a": Tensor([2], [0, -2])], path: "x")
        let json =
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}"
        let padding = String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
        #expect(file == safeTensorsFile(json + padding, [0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0x80, 0x3F]))
    }

    @Test("F16 and BF16 are widened exactly")
    func narrow() throws {
        // 1, -2, 65504 (the largest), 2⁻²⁴ (the least), 2⁻¹⁴ - 2⁻²⁴ (subnormal), -0, infinity.
        let half: [UInt16] = [0x3C00, 0xC000, 0x7BFF, 0x0001, 0x03FF, 0x8000, 0x7C00]
        let brain: [UInt16] = [0x3F80, 0xC000, 0x7F7F, 0x0001, 0x8000, 0x7F80]
        let json =
            #"{"h":{"dtype":"F16","shape":[7],"data_offsets":[0,14]},"#
            + #""b":{"dtype":"BF16","shape":[2,3],"data_offsets":[14,26]}}"#
        let tensors = try SafeTensors.decode(safeTensorsFile(json, bytes(half + brain)), path: "x")
        #expect(tensors["h"] == Tensor([7], [1, -2, 65504, 0x1p-24, 0x1.FF8p-15, -0.0, .infinity]))
        #expect(
            tensors["b"] == Tensor([2, 3], [1, -2, 0x1.FEp127, Float(bitPattern: 0x1_0000), -0.0, .infinity]))
    }

    @Test("Every half-precision number", .enabled(if: halfExists, "the processor's Swift has no Float16"))
    func everyHalf() throws {
        #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
            let bits = (0...UInt16.max).map { $0 }
            let json = #"{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
            let values = try #require(try SafeTensors.decode(safeTensorsFile(json, bytes(bits)), path: "x")["h"]).values
            for (bits, value) in zip(bits, values) {
                let expected = Float(Float16(bitPattern: bits))
                #expect(value == expected || value.isNaN && expected.isNaN)
            }
        #endif
    }

    @Test("Tensors in any order, metadata, unknown entries and padding")
    func order() throws {
        let json =
            #"{"__metadata__":{"format":"pt"},"second":{"data_offsets":[4,8],"shape":[1],"dtype":"F32","note":[{}]},"#
            + #" "first":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}     "#
        let tensors = try SafeTensors.decode(
            safeTensorsFile(json, bytes([Float(1).bitPattern, Float(2).bitPattern])), path: "x")
        #expect(tensors == ["first": Tensor([], [1]), "second": Tensor([1], [2])])
    }

    @Test("What cannot be written says why")
    func unwritable() {
        let complex = #expect(throws: TensorFileError.self) {
            try SafeTensors.encode(["z": Tensor([1], .complex64)], path: "x.safetensors")
        }
        #expect(
            complex?.description
                == "x.safetensors: tensor 'z' cannot be written: it is complex, and must be float32")
        let name = #expect(throws: TensorFileError.self) {
            try SafeTensors.encode(["__metadata__": Tensor([1])], path: "x.safetensors")
        }
        #expect(
            name?.description
                == "x.safetensors: tensor '__metadata__' cannot be written: the format keeps this name for itself")
    }
}

private let halfExists: Bool = {
    #if (os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64)
        false
    #else
        true
    #endif
}()
