internal import TensorMath
internal import Tensors

/// Blurs computed as sums over the kernel, in two dimensions or, for kernels of rank 1, along rows and then columns.
///
/// A value's sum has one fixed order, so the bits do not depend on the number of threads.
final class LocalConvolution: PlaneConvolution {
    private let forward: LocalPass
    private let backward: LocalPass
    private let fold: Fold?
    private let continued: TensorBuffer
    private let kernels: [LocalKernel]

    /// - Parameter factors: the kernels as products, to go along rows and columns one after the other.
    init(_ kernels: BlurKernels, factors: [RankOne]?, _ rows: BlurAxis, _ columns: BlurAxis, threads: Int) {
        let lanes = rows.count * columns.count < 1 << 14 ? 1 : max(1, min(threads, rows.measured))
        forward = LocalPass(
            LocalAxis(forward: rows), LocalAxis(forward: columns), separable: factors != nil, lanes: lanes)
        backward = LocalPass(
            LocalAxis(adjoint: rows), LocalAxis(adjoint: columns), separable: factors != nil, lanes: lanes)
        fold = Fold(rows, columns)
        continued = TensorBuffer(floatCount: fold?.count ?? 0)
        self.kernels =
            factors.map { $0.map(LocalKernel.init) }
            ?? kernels.planes.map { LocalKernel($0, rows: rows.taps, columns: columns.taps) }
    }

    func apply(_ kernel: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
        // Convolution is correlation with the kernel turned around.
        forward.run(x, into: y, kernels[kernel], turned: true)
    }

    func adjoint(_ kernel: Int, _ y: UnsafePointer<Float>, into x: UnsafeMutablePointer<Float>) {
        guard let fold, let sums = continued.floats.baseAddress else {
            backward.run(y, into: x, kernels[kernel], turned: false)
            return
        }
        backward.run(y, into: sums, kernels[kernel], turned: false)
        fold.apply(sums, into: x)
    }
}

/// A kernel's weights, as given and turned around.
struct LocalKernel {
    /// Rows and columns of weights; of a product, of its two factors.
    let rows: Int
    let columns: Int
    private let weights: [TensorBuffer]

    init(_ kernel: [Float], rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        weights = [LocalKernel.buffer(kernel), LocalKernel.buffer(kernel.reversed())]
    }

    init(_ product: RankOne) {
        (rows, columns) = (product.down.count, product.across.count)
        weights = [
            LocalKernel.buffer(product.down + product.across),
            LocalKernel.buffer(product.down.reversed() + product.across.reversed()),
        ]
    }

    /// All weights row by row; of a product the factor down the rows, then that across.
    func values(turned: Bool) -> UnsafeMutableBufferPointer<Float> { weights[turned ? 1 : 0].floats }

    private static func buffer(_ values: [Float]) -> TensorBuffer {
        let buffer = TensorBuffer(floatCount: values.count)
        _ = buffer.floats.update(fromContentsOf: values)
        return buffer
    }
}
