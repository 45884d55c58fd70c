internal import Foundation
public import Tensors

/// A kernel to convolve an image with; it adds up to 1.
public enum BlurKernel: Hashable, Sendable, Codable {
    /// A Gaussian with standard deviations `sigma` (two, in pixels) turned by `angle` degrees, as deepinv's
    /// `gaussian_blur`.
    case gaussian(sigma: [Double], angle: Double)
    /// An array in a file, `… × H × W`; `{AXIS}` in its path stands for the instance's index.
    case file(path: Setting<String>)
}

/// Convolution of every channel with a kernel (deepinv's `Blur`: a true convolution, the kernel is flipped; the centre
/// of an even side is `k / 2`).
public struct Blur: LinearMap {
    /// What stands beyond the border of the image.
    public enum Padding: String, Hashable, Sendable, NamedChoice {
        /// The opposite border: the image is a torus.
        case circular
    }

    public static let name = "blur"

    /// One kernel for all instances, or one each.
    public let kernels: [BlurKernel]
    public let padding: Padding

    public init(_ kernels: [BlurKernel], padding: Padding = .circular) {
        self.kernels = kernels
        self.padding = padding
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try check(domain, context)
        return domain
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try check(range, context)
        return range
    }

    private func check(_ type: TensorType, _ context: NodeContext) throws(GraphError) {
        guard type.element == .float32, type.shape.rank == 4, type.shape.count > 0 else {
            throw .rule("a blur needs real images, N × C × H × W float32, not \(type)")
        }
        switch try context.own(kernels, "kernels") {
        case .gaussian(let sigma, _):
            guard sigma.count == 2, sigma.allSatisfy({ $0 > 0 && $0 <= 1000 }) else {
                throw .rule("a Gaussian kernel needs two 'sigma' above 0 and up to 1000 pixels, not \(sigma)")
            }
        case .file(let path):
            let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
            let kernel = try context.files.type(of: file)
            guard kernel.element == .float32, kernel.shape.rank >= 2,
                kernel.shape.count == kernel.shape.trailing(2).reduce(1, *), kernel.shape.count > 0
            else {
                throw .rule("\(file): a kernel is a single real H × W array, not \(kernel)")
            }
        }
    }

    /// A kernel of positive entries that add up to 1 has the norm 1 under circular padding; one from a file is not
    /// known to be of that sort.
    public func squaredNormBound(_ context: NodeContext) -> Double? {
        guard case .gaussian? = try? context.own(kernels, "kernels") else { return nil }
        return 1
    }

    public func cost(domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        // A forward and an inverse real transform, 2.5 n log2 n each, and a product of spectra.
        let pixels = Double(domain.shape.trailing(2).reduce(1, *))
        let planes = Double(domain.shape.count) / max(pixels, 1)
        return Cost(
            operations: planes * (5 * pixels * log2(max(pixels, 2)) + 3 * pixels),
            bytes: 6 * Double(domain.byteCount), scratchBytes: 2 * domain.byteCount)
    }

    public var label: String {
        switch kernels.first {
        case .gaussian where kernels.count == 1: "Gaussian blur, \(padding.rawValue)"
        case .gaussian: "\(kernels.count) blurs, \(padding.rawValue)"
        case .file(let path): "\(path.value), \(padding.rawValue)"
        case nil: ""
        }
    }
}
