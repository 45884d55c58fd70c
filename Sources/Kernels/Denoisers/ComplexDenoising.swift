public import GraphModel
internal import Imaging
internal import Tensors

/// How a denoiser of real images treats complex ones.
public enum ComplexDenoising: String, Hashable, Sendable, NamedChoice {
    /// Real and imaginary parts are two images of the batch, at the same noise level.
    case parts
    /// Magnitudes are denoised, and phases stay; where a value is 0 the phase is 0.
    case magnitude
}

extension ComplexDenoising {
    /// The real images that complex ones are denoised as: all real parts and then all imaginary ones, or magnitudes.
    func images(_ complex: Shape) -> Shape {
        switch self {
        case .parts where complex.rank == 4: Shape([2 * complex[0]] + complex.dimensions.dropFirst())
        case .parts, .magnitude: complex
        }
    }
}

extension Optional<ComplexDenoising> {
    /// The type of the real images that a denoiser is given in place of an image: of real ones their own.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where images are complex and no way is said.
    func realImages(_ image: TensorType) throws(GraphError) -> TensorType {
        guard image.element == .complex64 else { return image }
        guard let self else {
            throw .rule(
                "only real images can be denoised, not \(image); set 'complex' to 'parts' or 'magnitude' for how complex ones are"
            )
        }
        return TensorType(self.images(image.shape))
    }

    /// What a denoiser is told of an instance: as the context, with real images to read.
    ///
    /// - Throws: as ``realImages(_:)``.
    func realContext(_ context: NodeContext) throws(GraphError) -> NodeContext {
        let image = try context.type(0)
        guard image.element == .complex64 else { return context }
        return NodeContext(
            node: context.node, index: context.index, axis: context.axis, gathered: context.gathered,
            inputs: [[try realImages(image)]] + context.inputs.dropFirst(), neighbours: context.neighbours,
            files: context.files)
    }

    /// A cost with what it takes to make real images and back, where images are complex.
    func cost(_ real: Cost, of image: TensorType) -> Cost {
        guard image.element == .complex64 else { return real }
        var cost = real
        cost.operations += 20 * Double(image.shape.count)
        cost.bytes += 4 * Double(image.byteCount)
        cost.scratchBytes += 2 * image.byteCount
        return cost
    }
}

/// The real images that complex ones are denoised as, on a worker.
struct ComplexImages {
    private let form: ComplexDenoising
    private let images: Scratch
    private let denoised: Scratch

    /// - Parameter complex: The shape of the complex images.
    init(_ form: ComplexDenoising, _ complex: Shape) {
        self.form = form
        images = Scratch(TensorType(form.images(complex)))
        denoised = Scratch(TensorType(form.images(complex)))
    }

    /// Writes what `denoise` makes of an image.
    func denoise(
        _ x: TensorView, into y: MutableTensorView, _ denoise: (TensorView, MutableTensorView) throws -> Void
    ) rethrows {
        let count = x.shape.count
        switch form {
        case .parts:
            for i in 0..<count {
                images.view.floats[i] = x.floats[2 * i]
                images.view.floats[count + i] = x.floats[2 * i + 1]
            }
            try denoise(images.readOnly, denoised.view)
            for i in 0..<count {
                y.floats[2 * i] = denoised.view.floats[i]
                y.floats[2 * i + 1] = denoised.view.floats[count + i]
            }
        case .magnitude:
            Magnitudes.write(x, into: images.view)
            try denoise(images.readOnly, denoised.view)
            for i in 0..<count {
                let (magnitude, result) = (images.view.floats[i], denoised.view.floats[i])
                y.floats[2 * i] = magnitude == 0 ? result : result * (x.floats[2 * i] / magnitude)
                y.floats[2 * i + 1] = magnitude == 0 ? 0 : result * (x.floats[2 * i + 1] / magnitude)
            }
        }
    }
}
