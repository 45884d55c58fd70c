public import GraphModel
internal import Kernels

/// The nodes of an iterative algorithm that all of them have.
public struct Iteration: Sendable {
    /// The image, a state.
    public let x: Value
    /// What `x` becomes.
    public let next: Value
    /// How much an iteration changes `x`, a metric that goes to 0 where the algorithm converges.
    public let residual: Value
}

extension GraphBuilder {
    /// Makes `next` what the state `x` becomes, and reports by how much that changes it.
    func iteration(_ x: Value, becomes next: Value) -> Iteration {
        self.next(x, next)
        let residual = add("residual", RelativeChange(), x, next)
        metric(residual)
        return Iteration(x: x, next: next, residual: residual)
    }
}
