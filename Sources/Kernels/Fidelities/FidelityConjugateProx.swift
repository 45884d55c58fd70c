public import GraphModel
internal import Imaging
public import Tensors

/// The proximal operator of the convex conjugate of a fidelity, `prox_{s f*}(u) = u − s prox_{f / s}(u / s)` by Moreau's
/// identity, with the dual step `s`, a number above 0, as its third input: the dual step of primal-dual splitting (Chambolle
/// and Pock 2011, algorithm 1).
public struct FidelityConjugateProx: NodeKind {
    public static let name = "fidelity-conjugate-prox"
    public static let inputs = [Input("u"), Input("y"), Input("weight")]

    public let fidelity: Fidelity

    public init(_ fidelity: Fidelity) {
        self.fidelity = fidelity
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.checkIsNumber(2, "weight")
        return try fidelity.check(context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: fidelity.operations + 3)
    }

    /// `amplitude` is not convex, so that its conjugate's prox is not what Moreau's identity gives.
    public func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String] {
        guard fidelity == .amplitude, context.index == 0 else { return [] }
        return ["the fidelity 'amplitude' is not convex, so that Moreau's identity is only a recipe for it"]
    }

    public var label: String { fidelity.label }
}

final class FidelityConjugateProxKernel: Kernel {
    private let function: FidelityFunction

    init(_ kind: FidelityConjugateProx, _ context: KernelContext) {
        function = kind.fidelity.function
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let step = try inputs.number(2, "weight", of: "a dual step")
        guard step > 0 else { throw KernelError.value("the weight of a dual step is 0; it must be above 0") }
        try function.conjugateProx(inputs[0], inputs[1], step: step, into: output)
    }
}
