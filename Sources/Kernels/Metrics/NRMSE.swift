public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// Normalised root mean squared error of an image to a reference on any scale, `‖x − t‖ / ‖t‖` in the 2-norm; 0 for equal
/// images, infinite for others where the reference is 0.
public struct NRMSE: NodeKind {
    public static let name = "nrmse"
    public static let inputs = [Input("image"), Input("reference")]

    /// What is compared; `nil` stands for values.
    public let of: ComparedValues?

    public init(of compared: ComparedValues? = nil) {
        of = compared
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.comparedType()
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        var cost = Cost(operations: 5 * Double(type.floatCount), bytes: 3 * Double(type.byteCount))
        ComparedMagnitudes.add(of, of: type, to: &cost)
        return cost
    }

    public var label: String { of?.rawValue ?? "" }
}

final class NRMSEKernel: Kernel {
    private let magnitudes: ComparedMagnitudes?

    init(_ kind: NRMSE, _ context: KernelContext) throws {
        magnitudes = ComparedMagnitudes(kind.of, try context.node.type(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let (image, reference) = magnitudes?.of(inputs[0], inputs[1]) ?? (inputs[0], inputs[1])
        output.floats[0] = Float(Metrics.normalisedError(image, reference: reference))
    }
}
