/// The kinds that a program knows, by the name they have in `.graph` files.
public struct KindCatalog: Sendable {
    private var kinds: [String: any NodeKind.Type] = [:]
    /// What the settings of its kinds need to be decoded.
    package var decoding: [CodingUserInfoKey: any Sendable] = [:]
    /// What an axis of tiles has for a denoiser where its file names no kind.
    package var denoiser: (any HasReceptiveField.Type)?

    /// Why no program can be made with it; empty where one can.
    public private(set) var problems: [String] = []

    /// A catalog without kinds.
    public init() {}

    /// Adds a kind. A name that another kind has is never reused for another meaning: that kind stays, and a program with
    /// such a catalog refuses to run, with ``problems``.
    public mutating func add(_ kind: any NodeKind.Type) {
        guard let known = kinds[kind.name] else {
            kinds[kind.name] = kind
            return
        }
        guard known != kind else { return }
        problems.append("'\(kind.name)' is the name of two kinds, \(known) and \(kind); give yours a name of its own")
    }

    /// The kind of a name, as it stands in files.
    public subscript(_ name: String) -> (any NodeKind.Type)? { kinds[name] }

    /// The names of all kinds, in order.
    public var names: [String] { kinds.keys.sorted() }
}
