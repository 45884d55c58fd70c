public import GraphModel
internal import Imaging
public import Tensors

/// The ℓ2 data fidelity ½‖A x − y‖²/σ², a number.
public struct DataFidelity: NodeKind {
    public static let name = "data-fidelity"
    public static let inputs = [Input("x"), Input("y")]

    /// The operator `A`.
    public let `operator`: AnyOperator
    /// Noise level σ of the measurements that the fidelity weighs by; 1 for the plain square.
    public let sigma: Setting<Double>

    /// The fidelity to measurements by an operator.
    public init(_ map: any Operator, sigma: Setting<Double> = 1.0) {
        self.operator = AnyOperator(map)
        self.sigma = sigma
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        _ = try self.operator.fidelityDomain(context, sigma: sigma)
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let measured = try context.type(1)
        var cost = try self.operator.cost(context.type(0), context)
        cost.add(.vectors(operations: 4 * Double(measured.floatCount)))
        cost.bytes += 3 * Double(measured.byteCount)
        cost.scratchBytes += measured.byteCount
        return cost
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class DataFidelityKernel: Kernel {
    private let fidelity: L2

    init(_ kind: DataFidelity, _ context: KernelContext) throws {
        fidelity = try L2(kind.operator.make(context.node.type(0), context), sigma: kind.sigma.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.floats[0] = Float(fidelity.value(inputs[0], inputs[1]))
    }
}
