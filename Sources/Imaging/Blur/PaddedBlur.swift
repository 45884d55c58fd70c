internal import TensorMath
public import Tensors

/// Convolution of every plane with a kernel, as deepinv's `Blur(filter, padding)`.
///
/// A true convolution: `y[i] = Σ_m k[m] x[i + ⌊h/2⌋ − m]` along each axis, so an even kernel's centre is entry `h / 2`;
/// with valid padding, `y[i] = Σ_m k[m] x[i + h − 1 − m]` for the `H − h + 1` rows where all of that lies in the image.
/// The adjoint is exact for every size. Kernels may be larger than the image where the padding has values for them:
/// circular, replicate and constant.
///
/// ``BlurMethod`` picks direct sums, sums along rows and columns, or FFTs, by the sizes alone. A plane's rows are
/// shared out over `threads`; the bits do not depend on how many.
public final class PaddedBlur: LinearOperator {
    /// Type of the images.
    public let domain: TensorType
    /// Type of the blurred images.
    public let range: TensorType

    private let kernels: BlurKernels
    private let convolution: any PlaneConvolution
    private let planes: Int
    /// A measurement between `A` and `Aᵀ`; of one plane.
    private let between: TensorBuffer

    /// - Parameters:
    ///   - kernel: `n × c × h × w`; `n` is 1 or the images' N, `c` is 1 or their C.
    ///   - shape: the images', `N × C × H × W`, or `… × H × W` of any rank for a kernel of `1 × 1 × h × w`.
    ///   - threads: threads that share the work.
    /// - Throws: where kernel and images do not fit, a kernel value is not finite, or the kernel reaches farther than the
    ///   padding goes.
    public convenience init(
        kernel: Tensor, shape: Shape, padding: BorderPadding, threads: Int = 1
    ) throws(ImagingError) {
        try self.init(kernel: kernel, shape: shape, padding: padding, threads: threads, method: nil)
    }

    /// - Parameters:
    ///   - method: to compare the methods; a separable one falls back to direct sums where a kernel is no product.
    /// - Throws: where kernel and images do not fit, a kernel value is not finite, or the kernel reaches farther than the
    ///   padding goes.
    package init(
        kernel: Tensor, shape: Shape, padding: BorderPadding, threads: Int = 1, method: BlurMethod?
    ) throws(ImagingError) {
        guard shape.rank >= 2, shape.count > 0 else { throw .planeShape(shape, operation: "a blur") }
        let kernels = try BlurKernels(kernel, images: shape)
        let sides = shape.trailing(2)
        let factors = kernels.planes.compactMap { RankOne($0, rows: kernels.rows, columns: kernels.columns) }
        let separable = factors.count == kernels.planes.count
        let plan = try BlurPlan(
            padding, image: sides, kernel: [kernels.rows, kernels.columns], separable: separable, method: method)
        let (rows, columns) = (plan.rows, plan.columns)
        self.kernels = kernels
        domain = TensorType(shape)
        range = TensorType(shape.replacingTrailing(plan.measured))
        planes = shape.count / (sides[0] * sides[1])

        switch plan.method {
        case .fourier:
            convolution = try FourierConvolution(kernels, rows, columns, threads: threads)
        case .separable:
            convolution = LocalConvolution(
                kernels, factors: separable ? factors : nil, rows, columns, threads: threads)
        case .direct:
            convolution = LocalConvolution(kernels, factors: nil, rows, columns, threads: threads)
        }
        between = TensorBuffer(floatCount: rows.measured * columns.measured)
    }

    public func apply(_ x: TensorView, into y: MutableTensorView) {
        precondition(x.type == domain && y.type == range, "blur of \(x.type) to \(y.type)")
        forEachPlane(x, y) { kernel, from, to in convolution.apply(kernel, from, into: to) }
    }

    public func adjoint(_ y: TensorView, into x: MutableTensorView) {
        precondition(y.type == range && x.type == domain, "adjoint blur of \(y.type) to \(x.type)")
        forEachPlane(y, x) { kernel, from, to in convolution.adjoint(kernel, from, into: to) }
    }

    public func normal(_ x: TensorView, into z: MutableTensorView) {
        precondition(x.type == domain && z.type == domain, "normal blur of \(x.type) to \(z.type)")
        guard let between = between.floats.baseAddress else { return }
        forEachPlane(x, z) { kernel, from, to in
            if let fourier = convolution as? FourierConvolution, fourier.normal(kernel, from, into: to) { return }
            convolution.apply(kernel, from, into: between)
            convolution.adjoint(kernel, between, into: to)
        }
    }

    private func forEachPlane(
        _ input: TensorView, _ output: MutableTensorView,
        _ body: (_ kernel: Int, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) -> Void
    ) {
        guard let from = input.floats.baseAddress, let to = output.floats.baseAddress else { return }
        let (read, written) = (input.floats.count / planes, output.floats.count / planes)
        for plane in 0..<planes {
            body(kernels.index(ofPlane: plane), from + plane * read, to + plane * written)
        }
    }
}
