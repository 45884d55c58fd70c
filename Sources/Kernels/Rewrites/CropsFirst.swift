internal import GraphModel
internal import Tensors

/// Windows that are only pasted together are cut to their inner parts where they are made, so that no halo travels.
///
/// It copies once more, so it is for several workers only; bits stay as they are.
struct CropsFirst: RewriteRule {
    let name = "crops before transfers"

    func replacement(for node: Node, in graph: GraphDraft) -> Replacement? {
        guard graph.workers > 1, case .compute(let kind, let inputs) = node.content, kind is Blend,
            let windows = inputs.first, let axis = graph.node(windows)?.axis,
            let tiling = graph.axis(axis)?.tiling, tiling.mode != .blend,
            (0..<tiling.count).contains(where: { tiling[$0].window.count > tiling[$0].inner.count })
        else { return nil }
        let inner = graph.freeID("\(node.id)-inner")
        return Replacement(
            [
                Node(inner, Trim(), [windows], over: axis, standingFor: node),
                Node(node.id, Assemble(), [inner], over: nil, standingFor: node),
            ], "gathers '\(windows)' without the halos")
    }
}
