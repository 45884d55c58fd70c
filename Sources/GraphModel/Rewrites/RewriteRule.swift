/// A way to compute the same values with less work.
///
/// A rule that can, asks for ``NodeKind/traits`` rather than for a kind, so that a kind of a user's own is rewritten like
/// those that graphrun brings along. A program adds its own rules to those of its catalog.
public protocol RewriteRule: Sendable {
    /// What plans and pictures call it, such as `one spectrum`.
    var name: String { get }

    /// What to put in the place of a node; `nil` where the rule does not apply to it.
    ///
    /// It is asked again until it answers `nil` for every node, so what it puts in place must be nothing that it applies
    /// to.
    func replacement(for node: Node, in graph: GraphDraft) -> Replacement?
}

/// What a rule puts in the place of a node.
public struct Replacement {
    /// What happens to the node.
    enum Change {
        case nodes([Node], dropped: [String])
        case same(as: String)
    }

    let change: Change
    /// What changes, in a few words that follow the node's name.
    let words: String

    /// Other nodes in its place.
    ///
    /// - Parameters:
    ///   - nodes: In order; one of them has the id of the node that is replaced, unless nothing reads that any more.
    ///   - dropped: Ids of other nodes, which nothing reads any more.
    ///   - words: What changes, in a few words that follow the node's name: `has one convolution for all instances`.
    public init(_ nodes: [Node], dropping dropped: [String] = [], _ words: String) {
        change = .nodes(nodes, dropped: dropped)
        self.words = words
    }

    /// Another node that yields the same.
    public init(sameAs node: String) {
        change = .same(as: node)
        words = "equals '\(node)'"
    }
}
