public import GraphModel
internal import Imaging
public import Tensors

/// The derivative of a fidelity by `z = A x`, of complex values that by the real part + i that by the imaginary one; its
/// ``Adjoint`` is the gradient by `x`.
///
/// - `l2`: `z − y`.
/// - `l1`: the sign of `z − y`, 0 at 0.
/// - `poisson`: `(1 − y / (z + g b)) / g`. Where nothing was measured that is `1 / g`, also where no counts are expected; where
///   something was measured and no counts or fewer are expected there is no gradient, and the run ends with a line that says
///   so.
/// - `amplitude`: `2 z (1 − √y / |z|)`, 0 where `z` is 0.
public struct FidelityGradient: NodeKind {
    public static let name = "fidelity-gradient"
    public static let inputs = [Input("z"), Input("y")]

    public let fidelity: Fidelity

    public init(_ fidelity: Fidelity) {
        self.fidelity = fidelity
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try fidelity.check(context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: fidelity.operations)
    }

    /// 1 of `l2`, by `z`; of the others there is none, or none is known.
    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        fidelity == .l2 ? 1 : nil
    }

    public var label: String { fidelity.label }
}

final class FidelityGradientKernel: Kernel {
    private let function: FidelityFunction

    init(_ kind: FidelityGradient, _ context: KernelContext) {
        function = kind.fidelity.function
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        try function.gradient(inputs[0], inputs[1], into: output)
    }
}
