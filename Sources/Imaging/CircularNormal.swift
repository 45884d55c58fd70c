internal import TensorMath
package import Tensors

/// `Σ_i A_iᵀ A_i` of several circular blurs of the same images as one product of spectra, with `Σ_i |H_i|²`: one
/// transform there and back instead of two for each blur.
///
/// The spectra live on one grid: the image's own, or a longer one that FFTW likes and that holds the kernels'
/// autocorrelations beside the image (`H + 2h − 2` rows or more). Rows are shared out over `threads`; the bits do not
/// depend on how many.
package final class CircularNormal: NormalOperator {
    package let domain: TensorType

    private let grid: FourierGrid
    private let filter: SpectralFilter
    /// One for all planes, or one each.
    private let weights: [SpectralFilter.Weights]

    /// - Parameters:
    ///   - kernels: of every blur, `n × c × h × w` as ``PaddedBlur`` takes them; their sizes may differ.
    ///   - shape: the images', `N × C × H × W`, or `… × H × W` for kernels of `1 × 1 × h × w`.
    ///   - threads: threads that share the work.
    /// - Throws: where there is no kernel, one does not fit the images, or a value is not finite.
    package init(kernels: [Tensor], shape: Shape, threads: Int = 1) throws(ImagingError) {
        guard shape.rank >= 2, shape.count > 0 else { throw .planeShape(shape, operation: "a blur") }
        var blurs: [BlurKernels] = []
        for kernel in kernels { blurs.append(try BlurKernels(kernel, images: shape)) }
        guard let tallest = blurs.map(\.rows).max(), let widest = blurs.map(\.columns).max() else {
            throw .noOperators
        }
        domain = TensorType(shape)
        let sides = shape.trailing(2)
        let grid = FourierGrid(
            try BlurAxis(.circular, count: sides[0], taps: tallest),
            try BlurAxis(.circular, count: sides[1], taps: widest))
        self.grid = grid

        let planes = shape.count / (sides[0] * sides[1])
        let kernelPlanes = blurs.contains { $0.planes.count > 1 } ? planes : 1
        do throws(TensorMathError) {
            let filter = try SpectralFilter(height: grid.rows.period, width: grid.columns.period, threads: threads)
            var weights: [SpectralFilter.Weights] = []
            for plane in 0..<kernelPlanes {
                weights.append(
                    try filter.squaredWeights(
                        of: blurs.map { blur in
                            grid.place(blur.planes[blur.index(ofPlane: plane)], rows: blur.rows, columns: blur.columns)
                        }))
            }
            self.filter = filter
            self.weights = weights
        } catch {
            throw .transform(error.description)
        }
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        precondition(x.type == domain && z.type == domain, "normal blurs of \(x.type) to \(z.type)")
        guard let from = x.floats.baseAddress, let to = z.floats.baseAddress else { return }
        let pixels = domain.shape.trailing(2).reduce(1, *)
        for plane in 0..<domain.shape.count / pixels {
            filter.apply(
                weights[weights.count == 1 ? 0 : plane], from + plane * pixels, rows: grid.rows.imageIn,
                columns: grid.columns.imageIn, into: to + plane * pixels, rows: grid.rows.imageOut,
                columns: grid.columns.imageOut)
        }
    }
}
