public import GraphModel
internal import Imaging
public import Tensors

/// Structural similarity of an image to a reference in [0, 1] (Wang, Bovik, Sheikh and Simoncelli 2004, with an 11 × 11
/// Gaussian window), 1 for equal images. Of complex images only `of: magnitudes`.
public struct SSIM: NodeKind {
    public static let name = "ssim"
    public static let inputs = [Input("image"), Input("reference")]

    /// What is compared; `nil` stands for values.
    public let of: ComparedValues?

    /// Compares values, or magnitudes.
    public init(of compared: ComparedValues? = nil) {
        of = compared
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        let reference = try context.type(1)
        guard image == reference else {
            throw .rule("it compares \(image) with \(reference); both must be of one shape")
        }
        guard image.element == .float32 || of == .magnitudes else {
            throw .rule("it compares real images, not \(image); set 'of' to 'magnitudes'")
        }
        guard image.shape.rank >= 2, image.shape.count > 0,
            image.shape.trailing(2).allSatisfy({ $0 >= 6 })
        else { throw .rule("it compares real images … × H × W with sides of 6 pixels or more, not \(image)") }
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        // Five means over windows of eleven pixels, down and across, in double precision.
        let count = Double(type.shape.count)
        var cost = Cost(
            operations: 240 * count, bytes: 400 * count, scratchBytes: 16 * type.shape.trailing(2).reduce(1, *) * 8)
        ComparedMagnitudes.add(of, of: type, to: &cost)
        return cost
    }

    public var label: String { of?.rawValue ?? "" }
}

final class SSIMKernel: Kernel {
    private let magnitudes: ComparedMagnitudes?

    init(_ kind: SSIM, _ context: KernelContext) throws {
        magnitudes = ComparedMagnitudes(kind.of, try context.node.type(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        // The kind refuses images that have no similarity.
        let (image, reference) = magnitudes?.of(inputs[0], inputs[1]) ?? (inputs[0], inputs[1])
        output.floats[0] = Metrics.ssim(image, reference: reference).map { Float($0) } ?? .nan
    }
}
