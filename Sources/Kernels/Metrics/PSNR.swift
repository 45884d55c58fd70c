public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// Peak signal-to-noise ratio of an image to a reference in [0, 1], 10 log10(1 / MSE), in decibels.
public struct PSNR: NodeKind {
    public static let name = "psnr"
    public static let inputs = [Input("image"), Input("reference")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.comparedType()
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        return Cost(operations: 3 * Double(type.floatCount), bytes: 2 * Double(type.byteCount))
    }
}

final class PSNRKernel: Kernel {
    init(_ kind: PSNR, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.floats[0] = Float(Metrics.psnr(inputs[0], reference: inputs[1]))
    }
}
