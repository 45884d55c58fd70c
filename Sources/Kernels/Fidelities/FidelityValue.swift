public import GraphModel
internal import Imaging
public import Tensors

/// The value of a fidelity at `z = A x`, a number: infinite where Poisson counts below 0 are expected.
public struct FidelityValue: NodeKind {
    public static let name = "fidelity-value"
    public static let inputs = [Input("z"), Input("y")]

    public let fidelity: Fidelity

    public init(_ fidelity: Fidelity) {
        self.fidelity = fidelity
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        _ = try fidelity.check(context)
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let (z, y) = (try context.type(0), try context.type(1))
        return Cost(
            operations: fidelity.operations * Double(z.floatCount), bytes: Double(z.byteCount + 2 * y.byteCount))
    }

    public var label: String { fidelity.label }
}

final class FidelityValueKernel: Kernel {
    private let function: FidelityFunction

    init(_ kind: FidelityValue, _ context: KernelContext) {
        function = kind.fidelity.function
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        output.floats[0] = Float(try function.value(inputs[0], inputs[1]))
    }
}
