public import GraphModel
internal import Imaging
public import Tensors

/// The gradient of a prior, or a subgradient where it has no gradient: of `l1` the sign, 0 at 0; of total variation
/// `Dᵀ (D x / |D x|)`, where a pixel with no differences counts as 0; of wavelets the details' signs, transformed back. A box
/// and positivity have none.
public struct PriorGradient: NodeKind, HasReceptiveField {
    public static let name = "prior-gradient"
    public static let inputs = [Input("x")]

    public let prior: Prior

    public init(_ prior: Prior) {
        self.prior = prior
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        switch prior {
        case .box, .positivity:
            throw .rule("a projection's prior, \(prior.label), has no gradient; use the kind 'prior-prox'")
        case .l1, .tikhonov, .totalVariation, .wavelet: break
        }
        let image = try context.type(0)
        try prior.check(image)
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try prior.cost(output(context), operations: 2)
    }

    /// 1 of `tikhonov`; the others have gradients that jump.
    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        prior == .tikhonov ? 1 : nil
    }

    public func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        prior.receptiveField(for: image, isProx: false)
    }

    public var label: String { prior.label }
}

final class PriorGradientKernel: Kernel {
    private let prior: PreparedPrior

    init(_ kind: PriorGradient, _ context: KernelContext) throws {
        prior = try PreparedPrior(kind.prior, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        prior.gradient(inputs[0], into: output)
    }
}
