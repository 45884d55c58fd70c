internal import TensorMath
internal import Tensors

/// An operator's `‖A‖²`, the largest eigenvalue of `AᵀA`, from below.
package struct SquaredNorm: Equatable, Sendable {
    package let value: Double
    /// Iterations taken; the limit where the tolerance was not reached.
    package let iterations: Int
    /// Whether the last iteration changed `value` by less than the tolerance asked for.
    package let converged: Bool
}

/// `‖A‖²` by power iteration: `v ← AᵀA v / ‖AᵀA v‖`, estimated by the Rayleigh quotient `⟨v, AᵀA v⟩`.
///
/// - Parameters:
///   - map: an operator or a stack; one whose whole stack is given has the norm of the whole.
///   - seed: of the Gaussian start, from ``CounterRandom``.
///   - iterations: at most so many.
///   - tolerance: done where an iteration changes the estimate by at most this fraction of it. The estimate is then off by
///     far more, because blurs have many eigenvalues near the largest: by up to 1e-3 for the default.
package func squaredNorm(
    of map: any NormalOperator, seed: UInt64 = 0, iterations: Int = 1000, tolerance: Double = 1e-6
) -> SquaredNorm {
    let (v, z) = (Scratch(map.domain), Scratch(map.domain))
    CounterRandom.gaussian(into: v.view, seed: seed, node: CounterRandom.hash("power-iteration"))
    var length = norm(v.readOnly)
    var estimate = 0.0
    for iteration in 1...max(iterations, 1) {
        guard length > 0, length.isFinite else {
            return SquaredNorm(value: length, iterations: iteration - 1, converged: length == 0)
        }
        scale(v.view, by: Float(1 / length))
        map.normal(v.readOnly, into: z.view)
        let next = inner(v.readOnly, z.readOnly)
        if abs(next - estimate) <= tolerance * abs(next) {
            return SquaredNorm(value: next, iterations: iteration, converged: true)
        }
        estimate = next
        v.view.copy(from: z.readOnly)
        length = norm(z.readOnly)
    }
    return SquaredNorm(value: estimate, iterations: max(iterations, 1), converged: false)
}
