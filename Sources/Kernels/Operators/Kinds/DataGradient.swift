public import GraphModel
internal import Imaging
public import Tensors

/// The gradient of the ℓ2 data fidelity ½‖A x − y‖²/σ²: `Aᴴ (A x − y) / σ²`.
public struct DataGradient: NodeKind {
    public static let name = "data-gradient"
    public static let inputs = [Input("x"), Input("y")]

    /// The operator `A`.
    public let `operator`: AnyOperator
    /// Noise level σ of the measurements that the fidelity weighs by; 1 for the plain square.
    public let sigma: Setting<Double>

    /// The gradient of the fidelity to measurements by an operator.
    public init(_ map: any Operator, sigma: Setting<Double> = 1.0) {
        self.operator = AnyOperator(map)
        self.sigma = sigma
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try self.operator.fidelityDomain(context, sigma: sigma)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try self.operator.gradientCost(context)
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        (try? context.type(0)).flatMap { self.operator.traits($0, context).squaredNormBound }
            .map { $0 / (sigma.value * sigma.value) }
    }

    public var traits: KindTraits { self.operator.base.keepsScale ? .keepsScale : [] }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

extension AnyOperator {
    /// Type of the image `x` (input 0) where `y` (input 1) can be a measurement of it.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it cannot, or the noise level is none.
    func fidelityDomain(_ context: NodeContext, sigma: Setting<Double>) throws(GraphError) -> TensorType {
        try checkDivisor(sigma, "sigma")
        let domain = try context.type(0)
        let range = try range(of: domain, context)
        let measured = try context.type(1)
        guard measured == range else {
            throw .rule("the measurement is \(measured), but the operator yields \(range) from an image of \(domain)")
        }
        return domain
    }

    /// What `Aᴴ (A x − y)` costs, of inputs `x` and `y`.
    func gradientCost(_ context: NodeContext) throws(GraphError) -> Cost {
        let measured = try context.type(1)
        var cost = try normalCost(context.type(0), context, scratch: 0)
        cost.add(.vectors(operations: 2 * Double(measured.floatCount)))
        cost.bytes += 3 * Double(measured.byteCount)
        return cost
    }
}

final class DataGradientKernel: Kernel {
    private let fidelity: L2

    init(_ kind: DataGradient, _ context: KernelContext) throws {
        fidelity = try L2(kind.operator.make(context.node.type(0), context), sigma: kind.sigma.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        fidelity.gradient(inputs[0], inputs[1], into: output)
    }
}
