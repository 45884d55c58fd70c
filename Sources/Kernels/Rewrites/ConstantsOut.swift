internal import GraphModel
internal import Tensors

/// The gradient of a data fidelity is split into what depends on `x` and what does not, and the latter is computed before
/// the loop: `A_iᴴ(A_i x − y_i)` becomes `A_iᴴA_i x − A_iᴴy_i` where `A_iᴴA_i` is a circular convolution.
///
/// It pays where the terms are all summed up, as one convolution does for all of them, and where kernels are so large that
/// transforms compute them. For other operators both forms cost the same, and the first rounds less.
struct ConstantsOut: RewriteRule {
    let name = "constants out of the loop"

    func replacement(for node: Node, in graph: GraphDraft) -> Replacement? {
        guard case .compute(let kind, let inputs) = node.content, let gradient = kind as? DataGradient,
            inputs.count == 2, graph.phase(of: inputs[1]) == .setup, graph.phase(of: inputs[0]) != .setup,
            let extent = normalPointSpreadExtent(of: node, gradient.operator, graph),
            isSummed(node, graph) || ConstantsOut.paysAlone(extent.sides)
        else { return nil }
        let pointSpread = graph.freeID("\(node.id)-spread")
        let backprojection = graph.freeID("\(node.id)-adjoint")
        return Replacement(
            [
                Node(
                    pointSpread, PointSpread(gradient.operator, extent), [], over: node.axis, standingFor: node),
                Node(backprojection, Adjoint(gradient.operator), [inputs[1]], over: node.axis, standingFor: node),
                Node(
                    node.id, NormalGradient(sigma: gradient.sigma), [inputs[0], pointSpread, backprojection],
                    over: node.axis, standingFor: node),
            ], "is AᴴA x − Aᴴy, with Aᴴy and the spectrum of AᴴA computed once")
    }

    /// Kernels from this size on are convolved faster by one transform there and back than twice as they are written:
    /// at 3 × 767 × 512, 7 ms against 2 · 2.5 ms for 5 × 5 taps, whose point spread function is 9 × 9.
    private static func paysAlone(_ sides: [Int]) -> Bool {
        sides[0] * sides[1] >= 13 * 13
    }

    /// Whether all that is done with a node is to add up its instances.
    private func isSummed(_ node: Node, _ graph: GraphDraft) -> Bool {
        guard node.axis != nil, case .compute(let kind, _)? = graph.onlyReader(of: node.id)?.content else {
            return false
        }
        return kind.traits.contains(.sumsByTree)
    }

    /// The largest sides that an instance's point spread function has, and as many planes as one has at most; `nil` where
    /// one has none, or images differ for which they would be, or a measurement alone does not tell its image's type.
    private func normalPointSpreadExtent(
        of node: Node, _ map: AnyOperator, _ graph: GraphDraft
    ) -> PointSpreadExtent? {
        let contexts = graph.contexts(of: node.id)
        guard !contexts.isEmpty else { return nil }
        var extent: PointSpreadExtent?
        for context in contexts {
            guard let own = map.base.normalPointSpreadExtent(context) else { return nil }
            extent = extent?.union(own) ?? own
        }
        let fitsAll = contexts.allSatisfy { context in
            guard let extent, let image = try? context.type(0), let measured = try? context.type(1) else {
                return false
            }
            let planes = image.shape.rank == 4 ? Array(image.shape.dimensions.prefix(2)) : [1, 1]
            return zip(extent.planes, planes).allSatisfy { $0 == 1 || $0 == $1 }
                && (try? map.domain(of: measured, context)) == image
        }
        return fitsAll ? extent : nil
    }
}
