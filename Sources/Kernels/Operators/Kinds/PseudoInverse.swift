public import GraphModel
internal import Imaging
public import Tensors

/// `A⁺ y`: of all images that minimise `‖A x − y‖²` the one of least norm, by conjugate gradients from zero.
///
/// That is the limit. Stopping early smooths: what `A` nearly loses comes back last.
public struct PseudoInverse: NodeKind {
    public static let name = "pseudo-inverse"
    public static let inputs = [Input("y")]

    /// The operator `A`.
    public let `operator`: AnyOperator
    /// Iterations of conjugate gradients, and how they end.
    public let solver: LinearSolver

    /// The pseudo-inverse of an operator, applied to a measurement.
    public init(_ map: any Operator, solver: LinearSolver = LinearSolver()) {
        self.operator = AnyOperator(map)
        self.solver = solver
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try solver.check()
        return try self.operator.checkedDomain(of: context.type(0), context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try solver.cost(self.operator, output(context), context)
    }

    public var traits: KindTraits { self.operator.base.keepsScale ? .keepsScale : [] }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class PseudoInverseKernel: Kernel {
    private let problem: LeastSquares
    private let solver: LinearSolver

    init(_ kind: PseudoInverse, _ context: KernelContext) throws {
        problem = try LeastSquares(kind.operator.make(context.output, context))
        solver = kind.solver
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        problem.pseudoInverse(
            [inputs[0]], iterations: solver.iterations.value, tolerance: solver.tolerance.value, into: output)
    }
}
