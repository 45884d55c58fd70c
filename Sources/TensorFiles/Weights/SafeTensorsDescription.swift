internal import Foundation

/// One tensor as the JSON of a `.safetensors` header describes it, not yet checked.
struct SafeTensorsDescription {
    let name: String
    /// Element type, such as `F32`.
    let dtype: String
    let shape: [Int]
    /// First byte, from the end of the header.
    let begin: Int
    /// Byte after the last.
    let end: Int

    /// Reads the JSON, `{"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}`.
    static func parse(_ json: Data, path: String) throws(TensorFileError) -> [SafeTensorsDescription] {
        // Foundation would also take UTF-16 and UTF-32, which it knows by their zeros.
        guard json.first == UInt8(ascii: "{"), !json.contains(0) else {
            throw .malformedHeader(path: path, detail: "it is no JSON object")
        }
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: json)
        } catch {
            throw .malformedHeader(path: path, detail: explanation(of: error))
        }
        if let key = repeatedKey(inValid: json) {
            throw .malformedHeader(path: path, detail: "the name \(quoted(key)) appears twice")
        }
        return header.tensors
    }

    private static func explanation(of error: any Error) -> String {
        guard case Header.Failure.wrong(let tensor) = error else { return "it is no valid JSON" }
        return "tensor \(quoted(tensor)) needs a 'dtype', a 'shape' and two 'data_offsets' of whole numbers"
    }
}

/// The JSON as it stands.
private struct Header: Decodable {
    enum Failure: Error {
        case wrong(tensor: String)
    }

    let tensors: [SafeTensorsDescription]

    /// Any key.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Description: Decodable {
        let dtype: String
        let shape: [Int]
        let offsets: [Int]

        private enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        tensors = try container.allKeys.filter { $0.stringValue != SafeTensorsHeader.metadata }.map { key in
            guard let description = try? container.decode(Description.self, forKey: key),
                description.offsets.count == 2
            else { throw Failure.wrong(tensor: key.stringValue) }
            return SafeTensorsDescription(
                name: key.stringValue, dtype: description.dtype, shape: description.shape,
                begin: description.offsets[0], end: description.offsets[1])
        }
    }
}

/// A key that stands twice in one object. Foundation keeps one of them without a word, so that a tensor would be lost.
///
/// - Precondition: `json` is valid JSON in UTF-8; what is found of other bytes has no meaning.
private func repeatedKey(inValid json: Data) -> String? {
    let bytes = Array(json)
    /// The keys of each object around the current place; `nil` for an array.
    var around: [Set<String>?] = []
    var keyIsNext = false
    var index = 0
    while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "{"):
            around.append([])
            keyIsNext = true
        case UInt8(ascii: "["):
            around.append(nil)
            keyIsNext = false
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            _ = around.popLast()
            keyIsNext = false
        case UInt8(ascii: ","):
            keyIsNext = around.last.map { $0 != nil } ?? false
        case UInt8(ascii: "\""):
            let start = index
            index += 1
            while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard keyIsNext, index < bytes.count else { break }
            keyIsNext = false
            let key = text(bytes[start...index])
            guard around[around.count - 1]?.insert(key).inserted != false else { return key }
        default: break
        }
        index += 1
    }
    return nil
}

/// The text of a string literal in quotes.
private func text(_ literal: ArraySlice<UInt8>) -> String {
    let plain = String(decoding: literal.dropFirst().dropLast(), as: UTF8.self)
    guard plain.contains("\\") else { return plain }
    return (try? JSONDecoder().decode(String.self, from: Data(literal))) ?? plain
}
