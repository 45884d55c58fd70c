public import GraphModel
internal import TensorMath
public import Tensors

/// A gradient step, `x − τ g`, whose step size τ is a value itself: one that is measured before the loop, follows a
/// schedule, or is found while iterating.
public struct DescendBy: NodeKind {
    public static let name = "descend-by"
    public static let inputs = [Input("step"), Input("gradient"), Input("x")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.scaledSumType(number: "step")
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 2).inVectors
    }

    public var traits: KindTraits { .keepsScale }
}

final class DescendByKernel: Kernel {
    init(_ kind: DescendBy, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[2])
        axpy(-inputs[0].floats[0], inputs[1], output)
    }
}
