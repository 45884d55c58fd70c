public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// Peak signal-to-noise ratio of an image to a reference in [0, 1], 10 log10(1 / MSE), in decibels. Of complex values the
/// error is the magnitude of their difference, or with `of: magnitudes` the difference of their magnitudes.
public struct PSNR: NodeKind {
    public static let name = "psnr"
    public static let inputs = [Input("image"), Input("reference")]

    /// What is compared; `nil` stands for values.
    public let of: ComparedValues?

    /// Compares values, or magnitudes.
    public init(of compared: ComparedValues? = nil) {
        of = compared
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.comparedType()
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        var cost = Cost(operations: 3 * Double(type.floatCount), bytes: 2 * Double(type.byteCount))
        ComparedMagnitudes.add(of, of: type, to: &cost)
        return cost
    }

    public var label: String { of?.rawValue ?? "" }
}

final class PSNRKernel: Kernel {
    private let magnitudes: ComparedMagnitudes?

    init(_ kind: PSNR, _ context: KernelContext) throws {
        magnitudes = ComparedMagnitudes(kind.of, try context.node.type(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let (image, reference) = magnitudes?.of(inputs[0], inputs[1]) ?? (inputs[0], inputs[1])
        output.floats[0] = Float(Metrics.psnr(image, reference: reference))
    }
}
