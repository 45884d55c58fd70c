internal import Tensors

extension GraphDraft {
    /// Windows that are only pasted together are cut to their inner parts where they are made, so that no halo travels.
    ///
    /// It copies once more, so it is for several workers only; bits stay as they are.
    mutating func cropBeforeGathering(_ expansion: Expansion) -> [Rewrite] {
        var rewrites: [Rewrite] = []
        for blend in nodes {
            guard case .compute(let kind, let inputs) = blend.content, kind is Blend, let windows = inputs.first,
                let axis = nodes.first(where: { $0.id == windows })?.axis,
                let tiling = expansion.axes[axis]?.tiling, tiling.mode != .blend,
                (0..<tiling.count).contains(where: { tiling[$0].window.count > tiling[$0].inner.count })
            else { continue }
            let inner = freeID("\(blend.id)-inner")
            replace(
                blend.id,
                by: [
                    Node(inner, Trim(), [windows], over: axis, standingFor: blend),
                    Node(blend.id, Assemble(), [inner], over: nil, standingFor: blend),
                ])
            rewrites.append(
                Rewrite(rule: .crops, node: blend.id, change: "gathers '\(windows)' without the halos"))
        }
        return rewrites
    }
}
