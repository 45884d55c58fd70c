public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// Zeros of the type of its input: a start for iterations.
public struct Zeros: NodeKind {
    public static let name = "zeros"
    public static let inputs = [Input("like")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.type(0)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: Double(try output(context).byteCount))
    }
}

final class ZerosKernel: Kernel {
    init(_ kind: Zeros, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.fill(0)
    }
}
