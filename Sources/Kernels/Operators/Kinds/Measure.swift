public import GraphModel
internal import Imaging
public import Tensors

/// `y = A x`.
public struct Measure: NodeKind {
    public static let name = "measure"
    public static let inputs = [Input("x")]

    /// The operator `A`.
    public let `operator`: AnyOperator

    /// Measurements by an operator.
    public init(_ map: any Operator) {
        self.operator = AnyOperator(map)
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try self.operator.range(of: context.type(0), context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try self.operator.cost(context.type(0), context)
    }

    public var traits: KindTraits { self.operator.base.keepsScale ? .keepsScale : [] }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class MeasureKernel: Kernel {
    private let map: any LinearOperator

    init(_ kind: Measure, _ context: KernelContext) throws {
        map = try kind.operator.make(context.node.type(0), context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        map.apply(inputs[0], into: output)
    }
}
