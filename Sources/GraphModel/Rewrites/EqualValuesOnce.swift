extension GraphDraft {
    /// Drops nodes that yield what an earlier one yields: of equal kind, settings, axis, inputs and phase.
    mutating func mergeEqualNodes() -> [Rewrite] {
        // The same kind and inputs after the loop read other states than in it.
        let phases = finished().phases()
        let reported = Set(metrics)
        var known: [Signature: String] = [:]
        var substitutes: [String: String] = [:]
        var rewrites: [Rewrite] = []
        for node in nodes {
            guard case .compute(let kind, let inputs) = node.content, !kind.isKeyedByNode else { continue }
            let signature = Signature(
                kind: AnyHashable(kind), name: type(of: kind).name, inputs: inputs.map { substitutes[$0] ?? $0 },
                axis: node.axis, phase: phases[node.id] ?? .body)
            guard let same = known[signature] else {
                known[signature] = node.id
                continue
            }
            // Metrics are reported under their own names.
            guard !reported.contains(node.id) else { continue }
            substitutes[node.id] = same
            rewrites.append(Rewrite(rule: .duplicates, node: node.id, change: "equals '\(same)'"))
        }
        merge(substitutes)
        return rewrites
    }

    private struct Signature: Hashable {
        let kind: AnyHashable
        let name: String
        let inputs: [String]
        let axis: String?
        let phase: Phase
    }
}
