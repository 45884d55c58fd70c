public import GraphModel
internal import Kernels

/// `b · (a · x)` becomes `(a b) · x`.
public struct ScalesJoined: RewriteRule {
    public let name = "scales joined"

    public init() {}

    public func replacement(for node: Node, in graph: GraphDraft) -> Replacement? {
        guard let outer = graph.kind(of: node.id), let second = outer.kind as? Scale,
            let inner = graph.kind(of: outer.inputs[0]), let first = inner.kind as? Scale,
            graph.onlyReader(of: outer.inputs[0])?.id == node.id
        else { return nil }
        let both = Scale(Setting(first.factor.value * second.factor.value))
        return Replacement(
            [Node(node.id, both, inner.inputs, over: node.axis, standingFor: node)], dropping: [outer.inputs[0]],
            "scales once, not twice")
    }
}
