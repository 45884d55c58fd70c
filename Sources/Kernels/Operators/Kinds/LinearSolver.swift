public import GraphModel
internal import Tensors

/// How conjugate gradients (Hestenes and Stiefel 1952) on the normal equations end.
public struct LinearSolver: Codable, Hashable, Sendable {
    /// At most so many iterations.
    public let iterations: Setting<Int>
    /// Done where the residual of the normal equations is below this fraction of their right-hand side.
    public let tolerance: Setting<Double>

    /// So many iterations at most, until the residual is that small.
    public init(iterations: Setting<Int> = 50, tolerance: Setting<Double> = 1e-4) {
        self.iterations = iterations
        self.tolerance = tolerance
    }

    /// - Throws: ``GraphError/rule(_:)`` where a setting is out of range.
    func check() throws(GraphError) {
        guard (1...1_000_000).contains(iterations.value) else {
            throw .rule("'iterations' is \(iterations.value); it must be from 1 to 1000000")
        }
        guard tolerance.value >= 0, tolerance.value < 1 else {
            throw .rule("'tolerance' is \(tolerance.value); it must be from 0 to below 1")
        }
    }

    /// What a solution costs that takes all iterations: in each, `AᴴA` and ten passes over an image.
    func cost(_ map: AnyOperator, _ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        let normal = try map.normalCost(domain, context, scratch: 5)
        var cost = Cost()
        cost.add(normal, times: Double(iterations.value))
        cost.add(.vectors(operations: 10 * Double(domain.floatCount)), times: Double(iterations.value))
        cost.bytes += 20 * Double(domain.byteCount) * Double(iterations.value)
        cost.scratchBytes = normal.scratchBytes
        return cost
    }
}
