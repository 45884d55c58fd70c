public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// How much an iteration changed the image: ‖next − x‖ / ‖next‖.
public struct RelativeChange: NodeKind {
    public static let name = "relative-change"
    public static let inputs = [Input("x"), Input("next")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.comparedType()
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // A difference, and two norms.
        let type = try context.type(0)
        var cost = Cost.vectors(operations: 6 * Double(type.floatCount))
        cost.bytes = 4 * Double(type.byteCount)
        cost.scratchBytes = type.byteCount
        return cost
    }

    public var traits: KindTraits { .tellsRelativeChange }
}

final class RelativeChangeKernel: Kernel {
    private var difference: Tensor

    init(_ kind: RelativeChange, _ context: KernelContext) throws {
        difference = Tensor(try context.node.type(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let change = difference.withMutableView { difference in
            difference.copy(from: inputs[1])
            axpy(-1, inputs[0], difference)
            return norm(difference.readOnly)
        }
        let size = norm(inputs[1])
        // From zero to zero nothing has changed.
        output.floats[0] = change == 0 ? 0 : Float(change / size)
    }
}
