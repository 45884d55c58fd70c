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
    /// How complex images are denoised; where it is `nil` they are refused. Real images ignore it.
    public let complex: ComplexDenoising?

    /// A denoiser that takes its noise level from an input.
    public init(_ denoiser: Denoiser, complex: ComplexDenoising? = nil) {
        self.denoiser = denoiser
        self.complex = complex
    }

    public func resolved(for context: NodeContext) -> DenoiseByMap {
        DenoiseByMap(denoiser.resolved(for: context), complex: complex)
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let takesMap = try context.type(1) != .scalar
        _ = try denoiser.output(complex.realContext(context), takesMap: takesMap)
        let image = try context.type(0)
        guard takesMap else { return image }
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
        var cost = try complex.cost(denoiser.cost(complex.realContext(context)), of: context.type(0))
        if complex == .parts { cost.scratchBytes += try 2 * context.type(1).byteCount }
        return cost
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
    private let complex: ComplexImages?
    /// The map for both parts of complex images.
    private let map: Scratch?

    init(_ kind: DenoiseByMap, _ context: KernelContext) throws {
        denoiser = try PreparedDenoiser(kind.denoiser, kind.complex, context)
        complex = PreparedDenoiser.complexImages(kind.complex, context)
        let sigma = try context.node.type(1)
        map =
            complex != nil && kind.complex == .parts
            ? Scratch(TensorType(ComplexDenoising.parts.images(sigma.shape))) : nil
    }

    static func noteImplementations(_ kind: DenoiseByMap, _ context: KernelContext) throws {
        try PreparedDenoiser.noteImplementations(kind.denoiser, kind.complex, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let level = inputs[1]
        // One that was computed can be anything.
        if let wrong = level.floats.first(where: { !($0 >= 0 && $0.isFinite) }) {
            throw KernelError.value("the noise level is \(wrong); it must be 0 or more")
        }
        guard let complex else { return try denoise(inputs[0], level, into: output) }
        if let map { for part in map.view.parts(of: level.type) { part.copy(from: level) } }
        try complex.denoise(inputs[0], into: output) { try denoise($0, map?.readOnly ?? level, into: $1) }
    }

    private func denoise(_ image: TensorView, _ level: TensorView, into output: MutableTensorView) throws {
        guard level.type == .scalar else {
            guard case .network(let network) = denoiser else { return }  // Its shape rule admits networks only.
            return try network.denoise(image, sigmaMap: level, into: output)
        }
        try denoiser.denoise(image, sigma: level.floats[0], into: output)
    }
}
