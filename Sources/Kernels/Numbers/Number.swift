public import GraphModel
public import Tensors

/// A number as a value of the graph, which the kinds that compute with numbers read: a constant, or what a parameter says.
public struct Number: NodeKind {
    public static let name = "number"
    public static var inputs: [Input] { [] }

    public let value: Setting<Double>

    public init(_ value: Setting<Double>) {
        self.value = value
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard Float(value.value).isFinite else {
            throw .rule("'value' is \(plain(value.value)); it must be a number that float32 holds")
        }
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: Double(TensorType.scalar.byteCount))
    }

    public var label: String { plain(value.value) }
}

final class NumberKernel: Kernel {
    private let value: Float

    init(_ kind: Number, _ context: KernelContext) {
        value = Float(kind.value.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.fill(value)
    }
}
