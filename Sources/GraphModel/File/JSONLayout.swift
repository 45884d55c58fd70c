internal import Foundation

extension JSONValue {
    /// Text with sorted keys where whatever fits a line stands on one, so that a node takes a few lines.
    package func laidOut(width: Int = 110) throws -> String {
        try lines(indent: 0, prefix: 0, width: width) + "\n"
    }

    private func lines(indent: Int, prefix: Int, width: Int) throws -> String {
        let flat = try onOneLine()
        guard indent == 0 || indent + prefix + flat.count > width else { return flat }
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch self {
        case .array(let values) where !values.isEmpty:
            let rows = try values.map { inner + (try $0.lines(indent: indent + 2, prefix: 0, width: width)) }
            return "[\n" + rows.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let values) where !values.isEmpty:
            let rows = try values.sorted { $0.key < $1.key }.map { key, value in
                let name = try JSONValue.string(key).onOneLine() + ": "
                return inner + name + (try value.lines(indent: indent + 2, prefix: name.count, width: width))
            }
            return "{\n" + rows.joined(separator: ",\n") + "\n\(outer)}"
        default:
            return flat
        }
    }

    /// Text on one line: `{ "id": "z", "inputs": ["x", "gradient"] }`.
    private func onOneLine() throws -> String {
        switch self {
        case .array(let values):
            return "[" + (try values.map { try $0.onOneLine() }).joined(separator: ", ") + "]"
        case .object(let values):
            guard !values.isEmpty else { return "{}" }
            let members = try values.sorted { $0.key < $1.key }.map { key, value in
                try JSONValue.string(key).onOneLine() + ": " + (try value.onOneLine())
            }
            return "{ " + members.joined(separator: ", ") + " }"
        default:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
