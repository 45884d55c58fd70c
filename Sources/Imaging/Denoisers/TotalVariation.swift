internal import TensorMath
package import Tensors

/// Isotropic total-variation denoising, `argmin_x ½ ‖x − y‖² + λ ‖D x‖_{1,2}` on each plane: the problem and iteration of
/// deepinv's `TVDenoiser`, from a cold start.
///
/// Condat's over-relaxed primal-dual splitting (JOTA 158, 2013, algorithm 3.1) with τ = 0.01, σ = 1/(8τ), ρ = 1.99, always
/// as many iterations as asked for. deepinv may stop early, by a norm over the whole image, and goes on from the last
/// call's variables; here an output pixel is a function of the input pixels within ``reach(iterations:)`` alone, so that
/// tiles and restarts give the same bits.
///
/// Several iterations go through the image together, each a row behind the one before it, so that rows stay in the
/// cache; this changes no bit, nor do threads, which share out the planes.
package final class TotalVariation {
    package let shape: Shape
    package let iterations: Int

    private static let (tau, relaxation) = (Float(0.01), Float(1.99))

    private let lanes: [Lane]
    /// Iterations that go through the image together.
    private let depth: Int

    /// - Parameters:
    ///   - shape: `N × C × H × W`.
    ///   - iterations: 0 or more; 0 gives the input.
    ///   - threads: planes denoised at the same time; each takes the memory of two planes.
    /// - Throws: where the shape is not an image's.
    package init(shape: Shape, iterations: Int, threads: Int = 1) throws(ImagingError) {
        guard shape.rank == 4, shape.count > 0 else { throw .imageShape(shape, operation: "total variation") }
        self.shape = shape
        self.iterations = max(0, iterations)
        let (height, width) = (shape[2], shape[3])
        // Rows of five images an iteration; together they should fit a second-level cache.
        let cached = (256 << 10) / (width * 5 * MemoryLayout<Float>.stride)
        let depth = max(1, min(self.iterations, cached, 32))
        self.depth = depth
        lanes = (0..<laneCount(over: shape[0] * shape[1], threads: threads)).map { _ in
            Lane(height: height, width: width, depth: depth)
        }
    }

    /// Pixels, along each axis, between an output pixel and the farthest input pixel it depends on.
    ///
    /// An iteration's primal half reads the dual variables of the pixel, its left and its upper neighbour; the dual half
    /// the primal ones of the pixel, its right and its lower neighbour. The first dual variables are 0, so the first
    /// iteration reads the pixel alone, and each further one reaches one pixel on.
    package static func reach(iterations: Int) -> Int {
        max(0, iterations - 1)
    }

    /// Writes the denoised `y` into `x`.
    ///
    /// - Parameters:
    ///   - threshold: λ, in image units; where it is not above 0, `x` is `y`.
    /// - Precondition: both views are real, of ``shape``, and share no memory.
    package func denoise(_ y: TensorView, threshold: Float, into x: MutableTensorView) {
        precondition(y.type == TensorType(shape) && x.type == y.type, "denoising \(y.type) into \(x.type)")
        x.copy(from: y)
        guard threshold > 0, let from = y.floats.baseAddress, let to = x.floats.baseAddress else { return }
        let rows = TotalVariationRows(
            width: shape[3], tau: TotalVariation.tau, sigma: 1 / (8 * TotalVariation.tau),
            relaxation: TotalVariation.relaxation, threshold: threshold)
        let pixels = shape[2] * shape[3]
        parallel(over: shape[0] * shape[1], threads: lanes.count) { lane, plane in
            lanes[lane].start()
            for first in stride(from: 0, to: iterations, by: depth) {
                lanes[lane].sweep(
                    from + plane * pixels, to + plane * pixels, rows, iterations: min(depth, iterations - first))
            }
        }
    }
}
