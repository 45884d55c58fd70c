public import GraphModel
internal import Imaging
internal import Tensors

/// A kernel to convolve an image with; it adds up to 1.
public enum BlurKernel: Hashable, Sendable, Codable {
    /// A Gaussian with standard deviations `sigma` (two, in pixels) turned by `angle` degrees, as deepinv's
    /// `gaussian_blur`.
    case gaussian(sigma: [Double], angle: Double)
    /// An array in a file: `H × W`, or as deepinv's filters `n × c × H × W` with a kernel for each image (`n`) or channel
    /// (`c`) or one for all, where `n` may be missing. `{AXIS}` in its path stands for the instance's index.
    case file(path: Setting<String>)
}

extension BlurKernel {
    /// Its rows and columns.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is no such kernel.
    func sides(_ context: NodeContext) throws(GraphError) -> [Int] {
        try shape(context).trailing(2)
    }

    /// `n × c × H × W`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is no such kernel.
    func shape(_ context: NodeContext) throws(GraphError) -> Shape {
        switch self {
        case .gaussian(let sigma, let angle):
            guard sigma.count == 2, sigma.allSatisfy({ GaussianBlur.isPossible(sigma: $0) }),
                GaussianBlur.isPossible(angle: angle)
            else {
                throw .rule(
                    "a Gaussian kernel needs two 'sigma' above 0 and up to \(plain(GaussianBlur.widest)) pixels and an 'angle' "
                        + "from -360 to 360 degrees, not \(sigma) and \(plain(angle))")
            }
            let side = GaussianBlur.side((sigma[0], sigma[1]))
            return [1, 1, side, side]
        case .file(let path):
            let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
            let kernel = try context.files.type(of: file)
            let dimensions = Array(kernel.shape.dimensions.drop { $0 == 1 })
            guard kernel.element == .float32, kernel.shape.rank >= 2, dimensions.count <= 4, kernel.shape.count > 0
            else {
                throw .rule("\(file): a kernel is real, H × W or with one for each channel C × H × W, not \(kernel)")
            }
            if let values = context.files.contents(of: file)?.values, values.minimum == 0, values.maximum == 0 {
                throw .rule("\(file): this kernel is 0 everywhere, and leaves nothing of an image; give another")
            }
            return Shape(Array(repeating: 1, count: 4 - dimensions.count) + dimensions)
        }
    }

    /// - Throws: ``GraphError/rule(_:)`` where it has kernels for other channels or images than there are.
    func check(on image: TensorType, _ context: NodeContext) throws(GraphError) {
        let shape = try shape(context)
        let planes = image.shape.rank == 4 ? Array(image.shape.dimensions.prefix(2)) : [1, 1]
        guard case .file(let path) = self, ![1, planes[0]].contains(shape[0]) || ![1, planes[1]].contains(shape[1])
        else { return }
        let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
        throw .rule(
            "\(file): \(shape[0] * shape[1]) kernels (\(shape)) do not fit an image of \(image); give one, or one for each "
                + "channel")
    }

    /// Whether it is known to be a product of one factor down and one across.
    func isProduct(_ context: NodeContext) -> Bool {
        switch self {
        case .gaussian(let sigma, let angle):
            return sigma.count == 2 && (sigma[0] == sigma[1] || angle.truncatingRemainder(dividingBy: 90) == 0)
        case .file(let path):
            let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
            return context.files.contents(of: file)?.isProduct ?? false
        }
    }

    /// Its values, `n × c × H × W`.
    ///
    /// - Throws: where its file cannot be read, or has become another.
    func tensor(_ context: KernelContext) throws -> Tensor {
        switch self {
        case .gaussian(let sigma, let angle):
            return try gaussianBlurKernel(sigma: (sigma[0], sigma[1]), angle: angle)
        case .file(let path):
            let file = instancePath(path.value, axis: context.node.axis?.name, index: context.node.index)
            let kernel = try context.files.tensor(file)
            let shape = try shape(context.node)
            guard kernel.shape.count == shape.count else {
                throw KernelError.file("\(file): it is \(kernel.type) now, but was \(shape) when the run was planned")
            }
            return kernel.reshaped(shape)
        }
    }

    /// Kernels add up to 1.
    func valueRemark(_ context: NodeContext) -> ValueRemark? {
        guard case .file(let path) = self else { return nil }
        let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
        guard let values = context.files.contents(of: file)?.values, let shape = try? shape(context) else { return nil }
        let planes = shape[0] * shape[1]
        let sum = values.sum / Double(planes)
        guard abs(sum - 1) > 0.01 else { return nil }
        return ValueRemark(
            message: "\(file): its values add up to \(short(Double(Float(sum))))\(planes == 1 ? "" : " a kernel"), "
                + "not to 1, and multiply what they blur by that; divide them by their sum if that is not meant")
    }
}
