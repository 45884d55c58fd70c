/// Any JSON value, for the layout of files and for finding keys that nobody reads.
package enum JSONValue: Hashable, Sendable, Codable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Tries the sorts in the order in which graphs hold them: each that does not fit costs an error thrown.
    package init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: AnyKey.self) {
            var values: [String: JSONValue] = [:]
            for key in members.allKeys { values[key.stringValue] = try members.decode(JSONValue.self, forKey: key) }
            self = .object(values)
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if var elements = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !elements.isAtEnd { values.append(try elements.decode(JSONValue.self)) }
            self = .array(values)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    /// Any key of an object.
    private struct AnyKey: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// The path of the first key that is here and not in `known`, in the order of the keys.
    package func firstKey(missingFrom known: JSONValue) -> [String]? {
        switch (self, known) {
        case (.object(let own), .object(let other)):
            for (key, value) in own.sorted(by: { $0.key < $1.key }) {
                guard let match = other[key] else { return [key] }
                if let path = value.firstKey(missingFrom: match) { return [key] + path }
            }
        case (.array(let own), .array(let other)):
            for (index, pair) in zip(own, other).enumerated() {
                if let path = pair.0.firstKey(missingFrom: pair.1) { return ["\(index)"] + path }
            }
        default: break
        }
        return nil
    }
}
