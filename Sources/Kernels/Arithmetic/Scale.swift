public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// `factor · x`.
public struct Scale: NodeKind {
    public static let name = "scale"
    public static let inputs = [Input("x")]

    /// The number that all are multiplied with.
    public let factor: Setting<Double>

    /// A multiplication with a factor.
    public init(_ factor: Setting<Double>) {
        self.factor = factor
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try checkHeld(factor, "factor")
        return try context.type(0)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context).inVectors
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        (inputs[0].first ?? nil).map { abs(factor.value) * $0 }
    }

    public var label: String { plain(factor.value) }
}

final class ScaleKernel: Kernel {
    private let factor: Float

    init(_ kind: Scale, _ context: KernelContext) {
        factor = Float(kind.factor.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0])
        scale(output, by: factor)
    }
}
