public import GraphModel
internal import Imaging
public import Tensors

/// `AᴴA x`.
public struct Normal: NodeKind {
    public static let name = "normal"
    public static let inputs = [Input("x")]

    /// The operator `A`.
    public let `operator`: AnyOperator

    /// The normal operator of an operator, applied to an image.
    public init(_ map: any Operator) {
        self.operator = AnyOperator(map)
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        _ = try self.operator.range(of: image, context)
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try self.operator.normalCost(context.type(0), context, scratch: 0)
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        (try? context.type(0)).flatMap { self.operator.traits($0, context).squaredNormBound }
    }

    public var traits: KindTraits { self.operator.base.keepsScale ? .keepsScale : [] }
    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class NormalKernel: Kernel {
    private let map: any LinearOperator

    init(_ kind: Normal, _ context: KernelContext) throws {
        map = try kind.operator.make(context.output, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        map.normal(inputs[0], into: output)
    }
}
