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
    /// What stands beyond the border of the image, by deepinv's names.
    public enum Padding: String, Hashable, Sendable, Codable, CaseIterable {
        /// The opposite border: the image is a torus.
        case circular
        /// Nothing: only pixels whose whole neighbourhood lies in the image are measured.
        case valid
        /// The mirror image about the outermost pixel, which is not repeated.
        case reflect
        /// The outermost pixel, over and over.
        case replicate
        /// Zeros.
        case constant
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
        let sides = try kernelSides(context)
        try check(domain, sides)
        guard padding == .valid else { return domain }
        return TensorType(domain.shape.replacingTrailing(zip(domain.shape.trailing(2), sides).map { $0 - $1 + 1 }))
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        let sides = try kernelSides(context)
        guard padding == .valid else {
            try check(range, sides)
            return range
        }
        try checkReal(range)
        let larger = zip(range.shape.trailing(2), sides).map { $0 + $1 - 1 }
        guard let shape = Shape(validating: range.shape.dimensions.dropLast(2) + larger) else {
            throw .rule("no image could be held in memory whose blur is \(range); the kernel has \(sides) pixels")
        }
        return TensorType(shape)
    }

    private func checkReal(_ type: TensorType) throws(GraphError) {
        guard type.element == .float32, type.shape.rank >= 2, type.shape.count > 0 else {
            throw .rule("a blur needs real images, … × H × W float32, not \(type)")
        }
    }

    /// Whether such an image can be blurred: it is real, and its borders can be continued as far as the kernel reaches.
    private func check(_ image: TensorType, _ kernel: [Int]) throws(GraphError) {
        try checkReal(image)
        let short = zip(image.shape.trailing(2), kernel).contains { side, taps in
            switch padding {
            case .circular, .replicate, .constant: false
            case .valid: side < taps
            case .reflect: side <= taps / 2
            }
        }
        guard !short else {
            throw .rule(
                "a kernel of \(kernel[0]) × \(kernel[1]) pixels is too large for \(padding.rawValue) padding of an image "
                    + "of \(image.shape); take another padding, such as 'constant'")
        }
    }

    /// Rows and columns of this instance's kernel.
    private func kernelSides(_ context: NodeContext) throws(GraphError) -> [Int] {
        switch try context.own(kernels, "kernels") {
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

    /// A kernel of positive entries that add up to 1 has a norm of at most 1 (Young's inequality) on a torus, among zeros,
    /// or where only a part is measured. Reflected and repeated borders weigh some pixels more, and of a kernel from a
    /// file neither sign nor sum is known.
    public func squaredNormBound(_ context: NodeContext) -> Double? {
        guard case .gaussian? = try? context.own(kernels, "kernels") else { return nil }
        switch padding {
        case .circular, .valid, .constant: return 1
        case .reflect, .replicate: return nil
        }
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
