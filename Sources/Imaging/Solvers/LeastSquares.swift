internal import TensorMath
package import Tensors

/// Least-squares problems of a whole stack of operators, by conjugate gradients on their normal equations.
///
/// Scratch memory of four images lives inside, so an instance serves one thread.
package final class LeastSquares {
    package let stack: StackedOperator
    private let solver: ConjugateGradients
    private let rightSide: Scratch

    package init(_ stack: StackedOperator) {
        self.stack = stack
        solver = ConjugateGradients(stack)
        rightSide = Scratch(stack.domain)
    }

    package convenience init(_ single: any LinearOperator) throws(ImagingError) {
        try self.init(StackedOperator([single]))
    }

    /// Writes the pseudo-inverse's `A⁺ y`: of all images that minimise `Σ_i ‖A_i x − y_i‖²`, the one of least norm.
    ///
    /// That is the limit. Stopping early smooths: what `A` nearly loses comes back last.
    ///
    /// - Parameters:
    ///   - y: a view for each operator, of its range.
    ///   - iterations: at most so many.
    ///   - tolerance: done where `‖Aᵀ(y − A x)‖ ≤ tolerance · ‖Aᵀ y‖`.
    /// - Returns: iterations taken.
    @discardableResult
    package func pseudoInverse(
        _ y: [TensorView], iterations: Int = 50, tolerance: Double = 1e-4, into x: MutableTensorView
    ) -> Int {
        x.fill(0)
        stack.adjoint(y, into: rightSide.view)
        return solver.solve(rightSide.readOnly, shift: 0, from: x, iterations: iterations, tolerance: tolerance)
    }

    /// Minimises `½ Σ_i ‖A_i x − y_i‖² + pull/2 ‖x − z‖²`, starting from what `x` holds.
    ///
    /// - Parameter pull: above 0; the others as in ``pseudoInverse(_:iterations:tolerance:into:)``.
    /// - Returns: iterations taken.
    @discardableResult
    package func solve(
        _ y: [TensorView], pull: Double, towards z: TensorView, from x: MutableTensorView, iterations: Int,
        tolerance: Double
    ) -> Int {
        stack.adjoint(y, into: rightSide.view)
        axpy(Float(pull), z, rightSide.view)
        return solver.solve(rightSide.readOnly, shift: pull, from: x, iterations: iterations, tolerance: tolerance)
    }
}
