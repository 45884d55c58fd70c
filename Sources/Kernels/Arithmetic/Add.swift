public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// `a + b`.
public struct Add: NodeKind {
    public static let name = "add"
    public static let inputs = [Input("a"), Input("b")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.commonType()
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context).inVectors
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        guard let a = inputs[0].first ?? nil, let b = inputs[1].first ?? nil else { return nil }
        return a + b
    }

    public var traits: KindTraits { .keepsScale }
}

final class AddKernel: Kernel {
    init(_ kind: Add, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0])
        axpy(1, inputs[1], output)
    }
}
