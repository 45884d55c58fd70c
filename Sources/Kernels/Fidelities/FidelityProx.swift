public import GraphModel
internal import Imaging
public import Tensors

/// The proximal operator of a fidelity with the identity as its operator, `argmin_u w f(u; y) + ½ ‖u − z‖²`, with the weight
/// `w`, a number of 0 or more, as its third input.
///
/// - `l2`: `(z + w y) / (1 + w)`.
/// - `l1`: `y` plus the soft-thresholded `z − y`.
/// - `poisson`: `½ (c + √(c² + 4 w y / g)) − g b` with `c = z + g b − w / g`; it may be as low as `−g b`.
/// - `amplitude`: the magnitude `(|z| + 2 w √y) / (1 + 2 w)` with the phase of `z`, 0 of 0.
public struct FidelityProx: NodeKind {
    public static let name = "fidelity-prox"
    public static let inputs = [Input("z"), Input("y"), Input("weight")]

    public let fidelity: Fidelity

    public init(_ fidelity: Fidelity) {
        self.fidelity = fidelity
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.checkIsNumber(2, "weight")
        return try fidelity.check(context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: fidelity.operations)
    }

    public var traits: KindTraits { .keepsScale }
    public var label: String { fidelity.label }
}

final class FidelityProxKernel: Kernel {
    private let function: FidelityFunction

    init(_ kind: FidelityProx, _ context: KernelContext) {
        function = kind.fidelity.function
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let weight = try inputs.number(2, "weight", of: "a proximal operator")
        try function.prox(inputs[0], inputs[1], weight: weight, into: output)
    }
}
