internal import GraphModel
internal import Imaging
internal import Networks
internal import Tensors

/// A denoiser made ready for images of one shape.
enum PreparedDenoiser {
    case totalVariation(TotalVariation, weight: Float)
    case network(NetworkDenoiser)

    init(_ denoiser: Denoiser, _ complex: ComplexDenoising?, _ context: KernelContext) throws {
        let image = try complex.realImages(context.node.type(0)).shape
        switch try denoiser.method(for: image, context.node.files) {
        case .totalVariation(let weight, let iterations):
            let solver = try context.shared.resource(denoiser.sharingKey(totalVariationOf: image)) {
                try TotalVariation(shape: image, iterations: iterations, threads: context.threads)
            }
            self = .totalVariation(solver, weight: Float(weight))
        case .network(let network, let path):
            self = .network(try denoiser.inference(network, path).denoiser(for: image, context))
        }
    }

    /// Removes noise of one level, in units of the image.
    func denoise(_ image: TensorView, sigma: Float, into output: MutableTensorView) throws {
        switch self {
        case .totalVariation(let solver, let weight):
            solver.denoise(image, threshold: weight * sigma, into: output)
        case .network(let network):
            try network.denoise(image, sigma: sigma, into: output)
        }
    }

    static func noteImplementations(
        _ denoiser: Denoiser, _ complex: ComplexDenoising?, _ context: KernelContext
    ) throws {
        let image = try complex.realImages(context.node.type(0)).shape
        guard case .network(let network, let path) = try denoiser.method(for: image, context.node.files) else { return }
        try denoiser.inference(network, path).noteImplementations(for: image, context)
    }

    /// What turns complex images into real ones; `nil` where they are real.
    static func complexImages(_ complex: ComplexDenoising?, _ context: KernelContext) -> ComplexImages? {
        guard let complex, context.output.element == .complex64 else { return nil }
        return ComplexImages(complex, context.output.shape)
    }
}
