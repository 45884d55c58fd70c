public import GraphModel
internal import Imaging
public import Tensors

/// `x = Aᴴ y`.
public struct Adjoint: NodeKind {
    public static let name = "adjoint"
    public static let inputs = [Input("y")]

    /// The operator `A`.
    public let `operator`: AnyOperator

    /// The adjoint of an operator, applied to a measurement.
    public init(_ map: any Operator) {
        self.init(AnyOperator(map))
    }

    init(_ map: AnyOperator) {
        self.operator = map
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try self.operator.checkedDomain(of: context.type(0), context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try self.operator.cost(output(context), context)
    }

    public var traits: KindTraits { self.operator.base.keepsScale ? .keepsScale : [] }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class AdjointKernel: Kernel {
    private let map: any LinearOperator

    init(_ kind: Adjoint, _ context: KernelContext) throws {
        map = try kind.operator.make(context.output, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        map.adjoint(inputs[0], into: output)
    }
}
