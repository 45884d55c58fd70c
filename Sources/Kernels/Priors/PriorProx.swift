public import GraphModel
internal import Imaging
public import Tensors

/// The proximal operator of a prior, `argmin_u w h(u) + ½ ‖u − x‖²`, with the weight `w`, a number of 0 or more, as its
/// second input: soft thresholding of `l1` and of wavelets' details, `x / (1 + w)` of `tikhonov`, the solver of total
/// variation for as many iterations as it says, and of a box and positivity the projection, whatever the weight.
///
/// Exact tiles can be made for it, as for a denoiser; those of wavelets are as large as the image.
public struct PriorProx: NodeKind, HasReceptiveField {
    public static let name = "prior-prox"
    public static let inputs = [Input("x"), Input("weight")]

    public let prior: Prior

    public init(_ prior: Prior) {
        self.prior = prior
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        try prior.check(image)
        try context.checkIsNumber(1, "weight")
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try prior.cost(output(context), operations: 3, isProx: true)
    }

    /// Proximal operators, unlike most networks, expand nothing: only total variation has a setting that matters, how far
    /// its solver goes.
    public func convergenceFactors(_ context: NodeContext, gradientBounds: [[Double?]]) -> [ConvergenceFactor] {
        guard case .totalVariation(let iterations) = prior else { return [] }
        return [ConvergenceFactor("\(iterations.parameter ?? "iterations") \(iterations.value) of total variation")]
    }

    public func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        prior.receptiveField(for: image, isProx: true)
    }

    public var traits: KindTraits { .keepsScale }
    public var label: String { prior.label }
}

final class PriorProxKernel: Kernel {
    private let prior: PreparedPrior

    init(_ kind: PriorProx, _ context: KernelContext) throws {
        prior = try PreparedPrior(kind.prior, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let weight = try inputs.number(1, "weight", of: "a proximal operator")
        prior.prox(inputs[0], weight: weight, into: output)
    }
}
