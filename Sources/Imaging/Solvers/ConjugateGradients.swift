internal import TensorMath
package import Tensors

/// Hestenes and Stiefel's conjugate gradients (1952) for `(AᵀA + μ I) x = b`.
///
/// Scratch memory of three images lives inside; nothing is allocated by a call.
package final class ConjugateGradients {
    private let map: any NormalOperator
    private let residual: Scratch
    private let direction: Scratch
    private let image: Scratch

    package init(_ normalOperator: any NormalOperator) {
        map = normalOperator
        residual = Scratch(normalOperator.domain)
        direction = Scratch(normalOperator.domain)
        image = Scratch(normalOperator.domain)
    }

    /// The smallest residual, as a fraction of the right-hand side, that single precision tells from none.
    private static let least = 4 * Double(Float.ulpOfOne)

    /// Improves `x`, starting from what it holds.
    ///
    /// - Parameters:
    ///   - b: right-hand side, of the operator's domain.
    ///   - shift: `μ`, 0 or more.
    ///   - iterations: at most so many.
    ///   - tolerance: done where `‖b − (AᵀA + μ I) x‖ ≤ tolerance · ‖b‖`. It also ends where rounding has made a
    ///     direction's curvature 0 or less, which happens for directions that `A` nearly loses.
    /// - Returns: iterations taken.
    @discardableResult
    package func solve(
        _ b: TensorView, shift: Double, from x: MutableTensorView, iterations: Int, tolerance: Double
    ) -> Int {
        let (r, p, q) = (residual.view, direction.view, image.view)
        // r = b − (AᵀA + μ I) x
        applyShifted(x.readOnly, shift, into: q)
        r.copy(from: b)
        axpy(-1, q.readOnly, r)
        p.copy(from: r.readOnly)

        // The residual is carried along; smaller than rounding it says nothing, and steps by it lead away again.
        let reached = max(tolerance, ConjugateGradients.least)
        let goal = reached * reached * inner(b, b)
        var error = inner(r.readOnly, r.readOnly)
        for iteration in 0..<max(iterations, 0) {
            guard error > goal else { return iteration }
            applyShifted(p.readOnly, shift, into: q)
            let curvature = inner(p.readOnly, q.readOnly)
            let step = Float(error / curvature)
            guard curvature > 0, step.isFinite else { return iteration }
            axpy(step, p.readOnly, x)
            axpy(-step, q.readOnly, r)
            let next = inner(r.readOnly, r.readOnly)
            // p = r + (next / error) p
            scale(p, by: Float(next / error))
            axpy(1, r.readOnly, p)
            error = next
        }
        return max(iterations, 0)
    }

    /// `z = (AᵀA + μ I) x`
    private func applyShifted(_ x: TensorView, _ shift: Double, into z: MutableTensorView) {
        map.normal(x, into: z)
        if shift != 0 { axpy(Float(shift), x, z) }
    }
}
