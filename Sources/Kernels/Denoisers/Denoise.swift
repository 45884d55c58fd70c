public import GraphModel
internal import Imaging
internal import Networks
internal import TensorMath
public import Tensors

/// Removes noise of a constant level from an image, or from the window of a tile.
public struct Denoise: NodeKind, HasReceptiveField {
    public static let name = "denoise"
    public static let inputs = [Input("image")]

    /// What removes the noise.
    public let denoiser: Denoiser
    /// Noise level σ, in units of the image.
    public let sigma: Setting<Double>
    /// How complex images are denoised; where it is `nil` they are refused. Real images ignore it.
    public let complex: ComplexDenoising?

    /// A denoiser at a noise level.
    public init(_ denoiser: Denoiser, sigma: Setting<Double>, complex: ComplexDenoising? = nil) {
        self.denoiser = denoiser
        self.sigma = sigma
        self.complex = complex
    }

    public func resolved(for context: NodeContext) -> Denoise {
        Denoise(denoiser.resolved(for: context), sigma: sigma, complex: complex)
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard sigma.value >= 0, sigma.value.isFinite else {
            throw .rule("'sigma' is \(sigma.value); it must be 0 or more")
        }
        try checkHeld(sigma, "sigma")
        _ = try denoiser.output(complex.realContext(context))
        return try context.type(0)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try complex.cost(denoiser.cost(complex.realContext(context)), of: context.type(0))
    }

    /// Said once, by the first instance.
    public func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String] {
        guard context.index == 0 else { return [] }
        var warnings: [String] = []
        if sigma.value > 0, case .network(let network, _)? = try? denoiser.method(context), !network.takesNoiseLevel {
            warnings.append(
                "'sigma' \(plain(sigma.value)) has no effect: a \(network.name) takes no noise level, "
                    + "it removes the noise that it was trained for")
        }
        if let name = denoiser.bundledNetwork, sigma.value > Denoiser.greatestBundledSigma {
            warnings.append(
                "'sigma' \(plain(sigma.value)) is more than \(name) was trained for, "
                    + "\(plain(Denoiser.greatestBundledSigma)); scale image and noise level down together")
        }
        return warnings
    }

    public func convergenceFactors(
        _ context: NodeContext, gradientBounds: [[Double?]]
    ) -> [ConvergenceFactor] {
        denoiser.convergenceFactors(context, sigma: sigma)
    }

    public func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        try denoiser.receptiveField(for: image, files)
    }

    /// Total variation takes images on any scale, with noise levels on the same.
    public var traits: KindTraits {
        denoiser.weightsPath == nil && sigma.value > 1 ? .keepsScale : [.keepsScale, .needsUnitScale]
    }

    public var convolutions: ConvolutionChoice? { denoiser.choice }
    public var label: String { denoiser.label + ", σ = \(plain(sigma.value))" }
}

final class DenoiseKernel: NamesImplementations {
    private let denoiser: PreparedDenoiser
    private let sigma: Float
    private let complex: ComplexImages?

    init(_ kind: Denoise, _ context: KernelContext) throws {
        denoiser = try PreparedDenoiser(kind.denoiser, kind.complex, context)
        complex = PreparedDenoiser.complexImages(kind.complex, context)
        sigma = Float(kind.sigma.value)
    }

    static func noteImplementations(_ kind: Denoise, _ context: KernelContext) throws {
        try PreparedDenoiser.noteImplementations(kind.denoiser, kind.complex, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        guard let complex else { return try denoiser.denoise(inputs[0], sigma: sigma, into: output) }
        try complex.denoise(inputs[0], into: output) { try denoiser.denoise($0, sigma: sigma, into: $1) }
    }
}
