public import GraphModel
internal import Imaging
public import Tensors

/// `(I + γ AᴴA)⁻¹ b` for `AᴴA` that is a circular convolution, from its spectrum (``NormalSpectrum``): exact, by one division
/// in the Fourier domain. γ is a value.
///
/// Of `b = v + γ Aᴴy` it is the proximal operator of `γ · ½ ‖A x − y‖²` at v, for a stack where spectrum and `Aᴴy` are sums.
public struct SpectralSolve: NodeKind {
    public static let name = "spectral-solve"
    public static let inputs = [Input("b"), Input("spectrum"), Input("gamma", isNonNegative: true)]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        guard image.shape.rank >= 2 else { throw .rule("it is given \(image); an image ends in H × W") }
        let spectrum = try context.type(1)
        let planes = image.shape.rank == 4 ? Array(image.shape.dimensions.prefix(2)) : [1, 1]
        let ownPlanes = spectrum.shape.rank == 4 ? Array(spectrum.shape.dimensions.prefix(2)) : [1, 1]
        let (height, width) = (image.shape[image.shape.rank - 2], image.shape[image.shape.rank - 1])
        guard spectrum.element == .float32, [2, 4].contains(spectrum.shape.rank),
            spectrum.shape.trailing(2) == [height, width / 2 + 1],
            zip(ownPlanes, planes).allSatisfy({ $0 == 1 || $0 == $1 })
        else {
            throw .rule(
                "its spectrum is \(spectrum); for images of \(image) it must be \(height) × \(width / 2 + 1), or one for each "
                    + "channel")
        }
        try context.checkIsNumber(2, "gamma")
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // As a blur by transforms on the image's own grid; with another γ the spectrum is divided anew.
        let image = try context.type(0)
        let spectrum = try context.type(1)
        let plan = try? BlurPlan(
            .circular, image: image.shape.trailing(2), kernel: [1, 1], separable: false, method: .fourier)
        var cost = plan?.cost(of: image, kernels: 1) ?? Cost()
        cost.operations += 10 * Double(spectrum.floatCount)
        cost.bytes += Double(3 * spectrum.byteCount)
        cost.scratchBytes += 2 * spectrum.byteCount
        if image.element == .complex64 { cost.scratchBytes += image.byteCount }
        return cost
    }

    public var traits: KindTraits { .keepsScale }
}

final class SpectralSolveKernel: Kernel {
    private let inverse: CircularInverse
    /// Right side and solution of the real or imaginary part, where they are complex.
    private let parts: [Scratch]

    init(_ kind: SpectralSolve, _ context: KernelContext) throws {
        inverse = try CircularInverse(
            spectrum: context.node.type(1).shape, shape: context.output.shape, threads: context.threads)
        let isComplex = context.output.element == .complex64
        parts = isComplex ? (0..<2).map { _ in Scratch(TensorType(context.output.shape)) } : []
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        inverse.use(spectrum: inputs[1], gamma: try inputs.number(2, "gamma", of: "a proximal operator"))
        guard parts.count == 2 else {
            inverse.solve(inputs[0], into: output)
            return
        }
        for part in 0..<2 {
            parts[0].view.copy(part: part, of: inputs[0])
            inverse.solve(parts[0].readOnly, into: parts[1].view)
            output.setPart(part, to: parts[1].readOnly)
        }
    }
}
