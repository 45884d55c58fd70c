extension GraphDraft {
    /// `Σ_i (A_iᴴA_i x − A_iᴴy_i)` of convolutions on one image becomes `(Σ_i A_iᴴA_i) x − Σ_i A_iᴴy_i`: one product of
    /// spectra, whatever the number of operators.
    mutating func fuseSpectra() -> [Rewrite] {
        var rewrites: [Rewrite] = []
        for sum in nodes {
            guard case .compute(let kind, let summed) = sum.content, kind is Sum, let id = summed.first,
                let term = nodes.first(where: { $0.id == id }), term.axis != nil, onlyReader(of: id)?.id == sum.id,
                case .compute(let termKind, let inputs) = term.content, let gradient = termKind as? NormalGradient,
                nodes.contains(where: { $0.id == inputs[0] && $0.axis == nil })
            else { continue }
            let pointSpread = freeID("\(sum.id)-spread")
            let backprojection = freeID("\(sum.id)-adjoint")
            replace(
                sum.id,
                by: [
                    Node(pointSpread, Sum(), [inputs[1]], over: nil, standingFor: sum),
                    Node(backprojection, Sum(), [inputs[2]], over: nil, standingFor: sum),
                    Node(sum.id, gradient, [inputs[0], pointSpread, backprojection], over: nil, standingFor: sum),
                ])
            replace(id, by: [])
            rewrites.append(
                Rewrite(rule: .spectra, node: sum.id, change: "has one convolution for all instances of '\(id)'"))
        }
        return rewrites
    }
}
