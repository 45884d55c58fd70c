public import GraphModel
internal import Imaging
public import Tensors

/// `‖A‖²` for images like the one it is given, a number, by power iteration: from below, and by up to a thousandth too
/// small.
public struct SquaredNorm: NodeKind {
    public static let name = "squared-norm"
    public static let inputs = [Input("like")]

    /// The operator `A`.
    public let `operator`: AnyOperator
    /// At most so many iterations.
    public let iterations: Setting<Int>
    /// Done where an iteration changes the estimate by at most this fraction of it.
    public let tolerance: Setting<Double>

    /// The squared norm of an operator.
    public init(_ map: any Operator, iterations: Setting<Int> = 1000, tolerance: Setting<Double> = 1e-6) {
        self.operator = AnyOperator(map)
        self.iterations = iterations
        self.tolerance = tolerance
    }

    private var solver: LinearSolver { LinearSolver(iterations: iterations, tolerance: tolerance) }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try solver.check()
        _ = try self.operator.range(of: context.type(0), context)
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try solver.cost(self.operator, context.type(0), context)
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class SquaredNormKernel: Kernel {
    private let map: any LinearOperator
    private let kind: SquaredNorm

    init(_ kind: SquaredNorm, _ context: KernelContext) throws {
        map = try kind.operator.make(context.node.type(0), context)
        self.kind = kind
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.floats[0] = Float(
            squaredNorm(of: map, iterations: kind.iterations.value, tolerance: kind.tolerance.value).value)
    }
}
