public import GraphModel
internal import Imaging
public import Tensors

/// The proximal operator of the ℓ2 data fidelity, `argmin_u γ/(2σ²) ‖A u − y‖² + ½ ‖u − z‖²`, by conjugate gradients from
/// `z`: the local step of ADMM and half-quadratic splitting.
public struct DataProx: NodeKind {
    public static let name = "data-prox"
    public static let inputs = [Input("z"), Input("y")]

    /// The operator `A`.
    public let `operator`: AnyOperator
    /// The step γ.
    public let gamma: Setting<Double>
    /// Noise level σ of the measurements; 1 for the plain square.
    public let sigma: Setting<Double>
    /// Iterations of conjugate gradients, and how they end.
    public let solver: LinearSolver

    /// The proximal operator for a step γ.
    public init(
        _ map: any Operator, gamma: Setting<Double>, sigma: Setting<Double> = 1.0, solver: LinearSolver = LinearSolver()
    ) {
        self.operator = AnyOperator(map)
        self.gamma = gamma
        self.sigma = sigma
        self.solver = solver
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard gamma.value > 0, gamma.value.isFinite else {
            throw .rule("'gamma' is \(gamma.value); it must be above 0")
        }
        try checkHeld(gamma, "gamma")
        try solver.check()
        return try self.operator.fidelityDomain(context, sigma: sigma)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try solver.cost(self.operator, context.type(0), context)
    }

    public var traits: KindTraits { self.operator.base.keepsScale ? .keepsScale : [] }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { "\(self.operator.shown), γ = \(plain(gamma.value))" }
}

final class DataProxKernel: Kernel {
    private let fidelity: L2
    private let kind: DataProx

    init(_ kind: DataProx, _ context: KernelContext) throws {
        fidelity = try L2(kind.operator.make(context.node.type(0), context), sigma: kind.sigma.value)
        self.kind = kind
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        try fidelity.prox(
            inputs[0], inputs[1], gamma: kind.gamma.value, iterations: kind.solver.iterations.value,
            tolerance: kind.solver.tolerance.value, into: output)
    }
}
