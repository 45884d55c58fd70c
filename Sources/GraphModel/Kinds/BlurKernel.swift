package import Tensors

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
    package func shape(_ context: NodeContext) throws(GraphError) -> Shape {
        switch self {
        case .gaussian(let sigma, let angle):
            guard sigma.count == 2, sigma.allSatisfy({ $0 > 0 && $0 <= 500 }), angle.isFinite else {
                throw .rule(
                    "a Gaussian kernel needs two 'sigma' above 0 and up to 500 pixels and a finite 'angle', not \(sigma) "
                        + "and \(angle)")
            }
            // As deepinv's `gaussian_blur`: a little more than three standard deviations to each side.
            let side = 2 * Int((sigma.max() ?? 0) / 0.3 + 1) + 1
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
    var isProduct: Bool {
        guard case .gaussian(let sigma, let angle) = self, sigma.count == 2 else { return false }
        return sigma[0] == sigma[1] || angle.truncatingRemainder(dividingBy: 90) == 0
    }
}
