internal import Tensors

/// A kernel to convolve an image with; it adds up to 1.
public enum BlurKernel: Hashable, Sendable, Codable {
    /// A Gaussian with standard deviations `sigma` (two, in pixels) turned by `angle` degrees, as deepinv's
    /// `gaussian_blur`.
    case gaussian(sigma: [Double], angle: Double)
    /// An array in a file, `… × H × W`; `{AXIS}` in its path stands for the instance's index.
    case file(path: Setting<String>)
}

extension BlurKernel {
    /// Its rows and columns.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is no such kernel.
    func sides(_ context: NodeContext) throws(GraphError) -> [Int] {
        switch self {
        case .gaussian(let sigma, let angle):
            guard sigma.count == 2, sigma.allSatisfy({ $0 > 0 && $0 <= 500 }), angle.isFinite else {
                throw .rule(
                    "a Gaussian kernel needs two 'sigma' above 0 and up to 500 pixels and a finite 'angle', not \(sigma) "
                        + "and \(angle)")
            }
            // As deepinv's `gaussian_blur`: a little more than three standard deviations to each side.
            let side = 2 * Int((sigma.max() ?? 0) / 0.3 + 1) + 1
            return [side, side]
        case .file(let path):
            let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
            let kernel = try context.files.type(of: file)
            guard kernel.element == .float32, kernel.shape.rank >= 2,
                kernel.shape.count == kernel.shape.trailing(2).reduce(1, *), kernel.shape.count > 0
            else {
                throw .rule("\(file): a kernel is a single real H × W array, not \(kernel)")
            }
            return kernel.shape.trailing(2)
        }
    }

    /// Whether it is known to be a product of one factor down and one across.
    var isProduct: Bool {
        guard case .gaussian(let sigma, let angle) = self, sigma.count == 2 else { return false }
        return sigma[0] == sigma[1] || angle.truncatingRemainder(dividingBy: 90) == 0
    }
}
