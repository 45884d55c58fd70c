/// Nodes that yield the same are computed once.
public struct EqualValuesOnce: RewriteRule {
    public let name = "equal values once"

    /// The rule; it has no settings.
    public init() {}

    public func replacement(for node: Node, in graph: GraphDraft) -> Replacement? {
        graph.equal(to: node.id).map { Replacement(sameAs: $0) }
    }
}
