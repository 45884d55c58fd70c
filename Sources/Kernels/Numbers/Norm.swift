public import GraphModel
internal import TensorMath
public import Tensors

/// `‖x‖₂`, a number.
public struct Norm: NodeKind {
    public static let name = "norm"
    public static let inputs = [Input("x")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        _ = try context.type(0)
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        var cost = Cost.vectors(operations: 2 * Double(type.floatCount))
        cost.bytes = Double(type.byteCount)
        return cost
    }
}

final class NormKernel: Kernel {
    init(_ kind: Norm, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.fill(Float(TensorMath.norm(inputs[0])))
    }
}
