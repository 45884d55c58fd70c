internal import TensorMath
package import Tensors

/// The operators `A_1 … A_N` on one domain as a single one: `A x = [A_1 x; …; A_N x]`.
///
/// A measurement is a list of N views. Sums over the operators follow ``TreeSum``, so `Aᵀ y` has the bits that a graph's
/// `Sum` over the separate `A_iᵀ y_i` gives.
package final class StackedOperator: NormalOperator {
    package let operators: [any LinearOperator]
    package let domain: TensorType
    /// The measurements' types, operator by operator.
    package var ranges: [TensorType] { operators.map(\.range) }

    private let accumulator: TreeAccumulator
    /// `Aᵀy`, on the way to `A Aᵀ y`; made when first asked for.
    private lazy var image = Scratch(domain)

    /// - Throws: where there is no operator, or two take different images.
    package init(_ operators: [any LinearOperator]) throws(ImagingError) {
        guard let first = operators.first else { throw .noOperators }
        for (index, other) in operators.enumerated() where other.domain != first.domain {
            throw .domains(first.domain, other.domain, index: index)
        }
        self.operators = operators
        domain = first.domain
        accumulator = TreeAccumulator(domain, count: operators.count)
    }

    /// Writes `A_i x` into `y[i]`.
    ///
    /// - Precondition: `y` has a view for each operator, of its range.
    package func apply(_ x: TensorView, into y: [MutableTensorView]) {
        precondition(y.count == operators.count, "\(y.count) measurements of \(operators.count) operators")
        for (one, measurement) in zip(operators, y) { one.apply(x, into: measurement) }
    }

    /// Writes `Aᵀ y = Σ A_iᵀ y_i`.
    ///
    /// - Precondition: `y` has a view for each operator, of its range, and none shares memory with `x`.
    package func adjoint(_ y: [TensorView], into x: MutableTensorView) {
        precondition(y.count == operators.count, "\(y.count) measurements of \(operators.count) operators")
        accumulator.sum(into: x) { index, term in
            operators[index].adjoint(y[index], into: term)
        }
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        accumulator.sum(into: z) { index, term in operators[index].normal(x, into: term) }
    }

    /// Writes `A Aᵀ y`, the normal operator of the adjoint: `A_i Σ_j A_jᵀ y_j` into `z[i]`.
    ///
    /// - Precondition: `y` and `z` have a view for each operator, of its range; they may be the same memory.
    package func adjointNormal(_ y: [TensorView], into z: [MutableTensorView]) {
        adjoint(y, into: image.view)
        apply(image.readOnly, into: z)
    }

    /// Writes `Σ term_i` in the stack's order, where `write` leaves `term_i` in the view it is given.
    func sum(into output: MutableTensorView, _ write: (_ index: Int, _ term: MutableTensorView) -> Void) {
        accumulator.sum(into: output, write)
    }
}
