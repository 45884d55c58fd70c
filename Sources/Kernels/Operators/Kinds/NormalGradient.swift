public import GraphModel
internal import Imaging
public import Tensors

/// The gradient `(A^H A x − A^H y) / σ²` of the ℓ2 data fidelity, for `A^H A` that is a circular convolution: `x` goes
/// through one product of spectra, and what does not depend on it is given.
public struct NormalGradient: NodeKind {
    public static let name = "normal-gradient"
    public static let inputs = [Input("x"), Input("pointSpread"), Input("backprojection")]

    /// Noise level σ of the measurements that the fidelity weighs by; 1 for the plain square.
    public let sigma: Setting<Double>

    /// The gradient of a fidelity at that noise level.
    public init(sigma: Setting<Double> = 1.0) {
        self.sigma = sigma
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try checkDivisor(sigma, "sigma")
        let image = try context.type(0)
        guard image.shape.rank >= 2 else {
            throw .rule("it is given \(image); an image ends in H × W")
        }
        let pointSpread = try context.type(1)
        let planes = image.shape.rank == 4 ? Array(image.shape.dimensions.prefix(2)) : [1, 1]
        let ownPlanes = pointSpread.shape.rank == 4 ? Array(pointSpread.shape.dimensions.prefix(2)) : [1, 1]
        guard pointSpread.element == .float32, [2, 4].contains(pointSpread.shape.rank),
            pointSpread.shape.trailing(2).allSatisfy(isOdd),
            zip(ownPlanes, planes).allSatisfy({ $0 == 1 || $0 == $1 })
        else {
            throw .rule(
                "its point spread function is \(pointSpread); it must be real, H × W with odd sides or one for each "
                    + "channel, n × c × H × W")
        }
        let backprojection = try context.type(2)
        guard backprojection == image else {
            throw .rule("its inputs are \(image) and \(backprojection); image and backprojection must be of one shape")
        }
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // As a blur by transforms, and a subtraction.
        let image = try context.type(0)
        let pointSpread = try context.type(1).shape
        let taps = pointSpread.trailing(2).map { ($0 + 1) / 2 }
        let planes = pointSpread.count / pointSpread.trailing(2).reduce(1, *)
        let plan = try? BlurPlan(
            .circular, image: image.shape.trailing(2), kernel: taps, separable: false, method: .fourier)
        var cost = plan?.cost(of: image, kernels: planes) ?? Cost()
        cost.operations += 2 * Double(image.floatCount)
        // It looks whether the point spread function is another than before.
        cost.bytes += Double(image.byteCount + 2 * 4 * pointSpread.count)
        if image.element == .complex64 { cost.scratchBytes += image.byteCount }
        return cost
    }

    public var traits: KindTraits { .keepsScale }
}

final class NormalGradientKernel: Kernel {
    private let normal: CircularNormal
    private let weight: Double
    /// Image, backprojection and gradient of the real or imaginary part, where they are complex.
    private let parts: [Scratch]

    init(_ kind: NormalGradient, _ context: KernelContext) throws {
        normal = try CircularNormal(
            pointSpread: context.node.type(1).shape, shape: context.output.shape, threads: context.threads)
        weight = 1 / (kind.sigma.value * kind.sigma.value)
        let isComplex = context.output.element == .complex64
        parts = isComplex ? (0..<3).map { _ in Scratch(TensorType(context.output.shape)) } : []
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        try normal.use(pointSpread: inputs[1], scaledBy: weight)
        guard parts.count == 3 else {
            normal.gradient(inputs[0], backprojection: inputs[2], times: Float(weight), into: output)
            return
        }
        for part in 0..<2 {
            parts[0].view.copy(part: part, of: inputs[0])
            parts[1].view.copy(part: part, of: inputs[2])
            normal.gradient(
                parts[0].readOnly, backprojection: parts[1].readOnly, times: Float(weight), into: parts[2].view)
            output.setPart(part, to: parts[2].readOnly)
        }
    }
}
