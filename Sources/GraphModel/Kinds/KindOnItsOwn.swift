/// A kind as it is written where there is no graph around it: its name and settings, with the values in force of those
/// that parameters give.
package struct KindOnItsOwn: Codable {
    package let kind: any NodeKind

    private enum Key: String, CodingKey {
        case kind, settings
    }

    package init(_ kind: any NodeKind) {
        self.kind = kind
    }

    /// What an encoder of such kinds, or of what holds some, must be told.
    package static let encoding: [CodingUserInfoKey: any Sendable] = [.isApartFromGraph: true]

    /// What a decoder must be told: the kinds that may occur.
    package static func decoding(_ kinds: KindCatalog) -> [CodingUserInfoKey: any Sendable] {
        kinds.decoding.merging([.isApartFromGraph: true, .kinds: kinds]) { $1 }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .kind)
        guard let type = (decoder.userInfo[.kinds] as? KindCatalog)?[name] else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container,
                debugDescription: "this program has no kind '\(name)'; run the program that defines it")
        }
        kind = try type.init(from: container.superDecoder(forKey: .settings))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(type(of: kind).name, forKey: .kind)
        try kind.encode(to: container.superEncoder(forKey: .settings))
    }
}

extension CodingUserInfoKey {
    /// Set where settings are written and read without the parameters of a graph.
    static var isApartFromGraph: CodingUserInfoKey { named("graphrun.apart-from-graph") }
    /// The kinds that may occur, a ``KindCatalog``.
    static var kinds: CodingUserInfoKey { named("graphrun.kinds") }
}
