public import GraphModel
internal import Imaging
internal import Networks
internal import TensorMath
public import Tensors

/// Removes noise whose level is a value itself, in units of the image: a number, such as a schedule or an estimate, or a map
/// (`N × 1 × H × W`) where it differs from pixel to pixel.
public struct DenoiseByMap: NodeKind, HasReceptiveField {
    public static let name = "denoise-by-map"
    public static let inputs = [Input("image"), Input("sigma", isNonNegative: true)]

    /// What removes the noise.
    public let denoiser: Denoiser

    /// A denoiser that takes its noise level from an input.
    public init(_ denoiser: Denoiser) {
        self.denoiser = denoiser
    }

    public func resolved(for context: NodeContext) -> DenoiseByMap {
        DenoiseByMap(denoiser.resolved(for: context))
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        if try context.type(1) == .scalar { return try denoiser.output(context) }
        let image = try denoiser.output(context, takesMap: true)
        guard case .network(let network, let path) = try denoiser.method(context) else {
            throw .rule(
                "total variation takes no noise map; name graphrun-color or graphrun-gray, give the weights of a network, "
                    + "or use the kind 'denoise'")
        }
        guard network.takesNoiseLevel else {
            throw .rule(
                "\(FileReference.shown(path)): a \(network.name) takes no noise level, so no noise map either; use the kind 'denoise', "
                    + "or weights of FFDNet or DRUNet")
        }
        let map = try context.type(1)
        let expected = TensorType([image.shape[0], 1, image.shape[2], image.shape[3]])
        guard map == expected else {
            throw .rule("the noise map is \(map); for an image of \(image) it must be \(expected)")
        }
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try denoiser.cost(context)
    }

    public func convergenceFactors(
        _ context: NodeContext, gradientBounds: [[Double?]]
    ) -> [ConvergenceFactor] {
        denoiser.convergenceFactors(context, sigma: nil)
    }

    public func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        try denoiser.receptiveField(for: image, files)
    }

    public var traits: KindTraits { [.keepsScale, .needsUnitScale] }
    public var convolutions: ConvolutionChoice? { denoiser.choice }
    public var label: String { denoiser.label + ", σ by value" }
}

final class DenoiseByMapKernel: NamesImplementations {
    private let denoiser: PreparedDenoiser

    init(_ kind: DenoiseByMap, _ context: KernelContext) throws {
        denoiser = try PreparedDenoiser(kind.denoiser, context)
    }

    static func noteImplementations(_ kind: DenoiseByMap, _ context: KernelContext) throws {
        try PreparedDenoiser.noteImplementations(kind.denoiser, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let level = inputs[1]
        guard level.type == .scalar else {
            guard case .network(let network) = denoiser else { return }  // Its shape rule admits networks only.
            try network.denoise(inputs[0], sigmaMap: level, into: output)
            return
        }
        // A level that was computed can be anything; where it is not a level, neither is what comes of it an image.
        let sigma = level.floats[0] >= 0 ? level.floats[0] : .nan
        try denoiser.denoise(inputs[0], sigma: sigma, into: output)
    }
}
