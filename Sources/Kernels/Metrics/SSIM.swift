public import GraphModel
internal import Imaging
public import Tensors

/// Structural similarity of an image to a reference in [0, 1] (Wang, Bovik, Sheikh and Simoncelli 2004, with an 11 × 11
/// Gaussian window), 1 for equal images.
public struct SSIM: NodeKind {
    public static let name = "ssim"
    public static let inputs = [Input("image"), Input("reference")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        let reference = try context.type(1)
        guard image == reference else {
            throw .rule("it compares \(image) with \(reference); both must be of one shape")
        }
        guard image.element == .float32 else {
            throw .rule("it compares real images, and these are complex; compare their magnitudes")
        }
        guard image.shape.rank >= 2, image.shape.count > 0,
            image.shape.trailing(2).allSatisfy({ $0 >= 6 })
        else { throw .rule("it compares real images … × H × W with sides of 6 pixels or more, not \(image)") }
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        // Five means over windows of eleven pixels, down and across, in double precision.
        return Cost(
            operations: 240 * Double(type.floatCount), bytes: 100 * Double(type.byteCount),
            scratchBytes: 16 * type.shape.trailing(2).reduce(1, *) * 8)
    }
}

final class SSIMKernel: Kernel {
    init(_ kind: SSIM, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        // The kind refuses images that have no similarity.
        output.floats[0] = Metrics.ssim(inputs[0], reference: inputs[1]).map { Float($0) } ?? .nan
    }
}
