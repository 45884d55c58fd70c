internal import GraphModel

/// `Σ_i (A_iᴴA_i x − A_iᴴy_i)` of convolutions on one image becomes `(Σ_i A_iᴴA_i) x − Σ_i A_iᴴy_i`: one product of spectra,
/// whatever the number of operators.
struct SpectraFused: RewriteRule {
    let name = "one spectrum"

    func replacement(for node: Node, in graph: GraphDraft) -> Replacement? {
        guard case .compute(let sum, let summed) = node.content, sum.traits.contains(.sumsByTree),
            let id = summed.first, let term = graph.kind(of: id), let gradient = term.kind as? NormalGradient,
            graph.node(id)?.axis != nil, graph.onlyReader(of: id)?.id == node.id,
            graph.node(term.inputs[0])?.axis == nil
        else { return nil }
        let pointSpread = graph.freeID("\(node.id)-spread")
        let backprojection = graph.freeID("\(node.id)-adjoint")
        return Replacement(
            [
                Node(pointSpread, sum, [term.inputs[1]], over: nil, standingFor: node),
                Node(backprojection, sum, [term.inputs[2]], over: nil, standingFor: node),
                Node(
                    node.id, gradient, [term.inputs[0], pointSpread, backprojection], over: nil, standingFor: node),
            ], dropping: [id], "has one convolution for all instances of '\(id)'")
    }
}
