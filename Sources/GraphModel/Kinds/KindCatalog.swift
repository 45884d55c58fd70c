/// The kinds that a program knows, by the name they have in `.graph` files.
public struct KindCatalog: Sendable {
    private var kinds: [String: any NodeKind.Type] = [:]

    public init() {}

    public mutating func add(_ kind: any NodeKind.Type) {
        kinds[kind.name] = kind
    }

    public subscript(_ name: String) -> (any NodeKind.Type)? { kinds[name] }

    public var names: [String] { kinds.keys.sorted() }
}
