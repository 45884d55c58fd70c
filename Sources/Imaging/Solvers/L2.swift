internal import TensorMath
package import Tensors

/// The data fidelity `f(x) = 1/(2σ²) Σ_i ‖A_i x − y_i‖²` of Gaussian noise of level σ, for one operator or a stack:
/// deepinv's `L2(sigma)`.
///
/// `y` is a list of views, one for each operator, of its range; of a single operator, one view. Scratch memory lives
/// inside, so an instance serves one thread.
package final class L2 {
    package let stack: StackedOperator
    /// Noise level, in image units.
    package let sigma: Double

    /// Residuals are made one at a time.
    private let residuals: [Scratch]
    private lazy var leastSquares = LeastSquares(stack)

    /// - Throws: where `sigma` is not a finite number above 0.
    package init(_ stack: StackedOperator, sigma: Double = 1) throws(ImagingError) {
        guard sigma > 0, sigma.isFinite else { throw .noiseLevel(sigma) }
        self.stack = stack
        self.sigma = sigma
        residuals = Scratch.sharing(stack.ranges)
    }

    /// - Throws: where `sigma` is not a finite number above 0.
    package convenience init(_ single: any LinearOperator, sigma: Double = 1) throws(ImagingError) {
        try self.init(StackedOperator([single]), sigma: sigma)
    }

    /// `f(x)`, summed in double precision.
    package func value(
        _ x: TensorView, _ y: [TensorView]
    ) -> Double {
        var sum = 0.0
        checkCount(y.count)
        for index in y.indices {
            let residual = residual(x, y[index], index).readOnly
            sum += inner(residual, residual)
        }
        return sum / (2 * sigma * sigma)
    }

    /// `f(x)` of a single operator.
    package func value(_ x: TensorView, _ y: TensorView) -> Double {
        value(x, [y])
    }

    /// Writes `∇f(x) = Σ_i A_iᵀ (A_i x − y_i) / σ²`, the sum in the order of ``TreeSum``.
    package func gradient(
        _ x: TensorView, _ y: [TensorView], into gradient: MutableTensorView
    ) {
        checkCount(y.count)
        stack.sum(into: gradient) { index, term in writeTerm(x, y[index], index, into: term) }
    }

    /// Writes `∇f(x)` of a single operator.
    package func gradient(_ x: TensorView, _ y: TensorView, into gradient: MutableTensorView) {
        checkCount(1)
        writeTerm(x, y, 0, into: gradient)
    }

    /// Writes `prox_{γf}(z) = argmin_u γ f(u) + ½ ‖u − z‖²`, by conjugate gradients from `z`.
    ///
    /// - Parameters:
    ///   - iterations: at most so many.
    ///   - tolerance: done where the normal equations' residual is below this fraction of their right-hand side.
    /// - Returns: iterations taken.
    /// - Throws: where `gamma` is not a finite number above 0.
    @discardableResult
    package func prox(
        _ z: TensorView, _ y: [TensorView], gamma: Double, iterations: Int = 50, tolerance: Double = 1e-4,
        into u: MutableTensorView
    ) throws(ImagingError) -> Int {
        guard gamma > 0, gamma.isFinite else { throw .gamma(gamma) }
        u.copy(from: z)
        return leastSquares.solve(
            y, pull: sigma * sigma / gamma, towards: z, from: u, iterations: iterations, tolerance: tolerance)
    }

    /// Writes `prox_{γf}(z)` of a single operator.
    @discardableResult
    package func prox(
        _ z: TensorView, _ y: TensorView, gamma: Double, iterations: Int = 50, tolerance: Double = 1e-4,
        into u: MutableTensorView
    ) throws(ImagingError) -> Int {
        try prox(z, [y], gamma: gamma, iterations: iterations, tolerance: tolerance, into: u)
    }

    /// `A_iᵀ (A_i x − y_i) / σ²`; each term is scaled, not their sum, so that a graph's `Sum` over separate gradients has
    /// the same bits.
    private func writeTerm(_ x: TensorView, _ y: TensorView, _ index: Int, into term: MutableTensorView) {
        stack.operators[index].adjoint(residual(x, y, index).readOnly, into: term)
        if sigma != 1 { scale(term, by: Float(1 / (sigma * sigma))) }
    }

    /// `A_i x − y_i`.
    private func residual(_ x: TensorView, _ y: TensorView, _ index: Int) -> MutableTensorView {
        let residual = residuals[index].view
        stack.operators[index].apply(x, into: residual)
        axpy(-1, y, residual)
        return residual
    }

    private func checkCount(_ measurements: Int) {
        precondition(
            measurements == stack.operators.count, "\(measurements) measurements of \(stack.operators.count) operators")
    }
}
