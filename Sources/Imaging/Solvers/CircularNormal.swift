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
    /// One for all planes, or one each along batch or channels; none before there is a point spread function.
    private var weights: [SpectralFilter.Weights] = []
    /// For how many images and channels there are weights.
    private var weightPlanes = PlaneCounts(images: 1, channels: 1)
    /// What `weights` were made of.
    private var known: [Float] = []

    /// - Parameters:
    ///   - kernels: of every blur, `n × c × h × w` as ``PaddedBlur`` takes them; their sizes may differ.
    ///   - shape: the images', `N × C × H × W`, or `… × H × W` for kernels of `1 × 1 × h × w`.
    ///   - threads: threads that share the work.
    /// - Throws: where there is no kernel, one does not fit the images, or a value is not finite.
    package convenience init(kernels: [Tensor], shape: Shape, threads: Int = 1) throws(ImagingError) {
        guard shape.rank >= 2, shape.count > 0 else { throw .planeShape(shape, operation: "a blur") }
        var blurs: [BlurKernels] = []
        for kernel in kernels { blurs.append(try BlurKernels(kernel, images: shape)) }
        guard let tallest = blurs.map(\.rows).max(), let widest = blurs.map(\.columns).max() else {
            throw .noOperators
        }
        try self.init(rows: tallest, columns: widest, shape: shape, threads: threads)
        if blurs.contains(where: { $0.planes.count > 1 }) { weightPlanes = PlaneCounts(shape) }
        do throws(TensorMathError) {
            for plane in 0..<weightPlanes.count {
                weights.append(
                    try filter.squaredWeights(
                        of: blurs.map { blur in
                            grid.place(blur.planes[blur.index(ofPlane: plane)], rows: blur.rows, columns: blur.columns)
                        }))
            }
        } catch {
            throw .transform(error.description)
        }
    }

    /// For point spread functions of one size, to be given by ``use(pointSpread:scaledBy:)``.
    ///
    /// - Parameters:
    ///   - pointSpread: their shape, `rows × columns` or, with one for each channel or image, `n × c × rows × columns`;
    ///     the sides are odd.
    ///   - shape: the images', `… × H × W`; `N × C × H × W` for several functions, `n` being 1 or N and `c` 1 or C.
    ///   - threads: threads that share the work.
    /// - Throws: where the images have no rows and columns, the functions do not fit them, or the grid is too large for
    ///   FFTW.
    package convenience init(pointSpread: Shape, shape: Shape, threads: Int = 1) throws(ImagingError) {
        let sides = pointSpread.trailing(2)
        try self.init(rows: (sides[0] + 1) / 2, columns: (sides[1] + 1) / 2, shape: shape, threads: threads)
        let images = PlaneCounts(shape)
        weightPlanes = PlaneCounts(pointSpread)
        guard [1, images.images].contains(weightPlanes.images), [1, images.channels].contains(weightPlanes.channels)
        else { throw .kernelShape(pointSpread, image: shape) }
    }

    /// - Parameters:
    ///   - rows: of the largest kernel.
    ///   - columns: of the widest.
    private init(rows: Int, columns: Int, shape: Shape, threads: Int) throws(ImagingError) {
        guard shape.rank >= 2, shape.count > 0 else { throw .planeShape(shape, operation: "a blur") }
        domain = TensorType(shape)
        let sides = shape.trailing(2)
        grid = FourierGrid(
            try BlurAxis(.circular, count: sides[0], taps: rows),
            try BlurAxis(.circular, count: sides[1], taps: columns))
        do throws(TensorMathError) {
            filter = try SpectralFilter(height: grid.rows.period, width: grid.columns.period, threads: threads)
        } catch {
            throw .transform(error.description)
        }
    }

    /// Makes `AᵀA` the convolution with a point spread function (see ``pointSpreadFunction(of:rows:columns:)``), times a
    /// factor. Its spectrum is computed, in double precision, where the function is another than before.
    ///
    /// - Throws: ``ImagingError/kernelValue(index:)`` where a value is not finite.
    package func use(pointSpread: TensorView, scaledBy factor: Double = 1) throws(ImagingError) {
        guard weights.isEmpty || !known.elementsEqual(pointSpread.floats) else { return }
        let values = Array(pointSpread.floats)
        if let index = values.firstIndex(where: { !$0.isFinite }) { throw .kernelValue(index: index) }
        let sides = pointSpread.shape.trailing(2)
        let size = sides[0] * sides[1]
        precondition(values.count == weightPlanes.count * size, "another point spread function than was announced")
        do throws(TensorMathError) {
            var spectra: [SpectralFilter.Weights] = []
            for start in stride(from: 0, to: values.count, by: size) {
                let plane = grid.place(Array(values[start..<start + size]), rows: sides[0], columns: sides[1])
                spectra.append(try filter.weights(ofEven: plane.map { $0 * factor }))
            }
            weights = spectra
        } catch {
            throw .transform(error.description)
        }
        known = values
    }

    /// Writes `AᵀA x − factor · b`: with `b = Aᵀ y`, the gradient of the ℓ2 data fidelity.
    package func gradient(
        _ x: TensorView, backprojection b: TensorView, times factor: Float = 1, into z: MutableTensorView
    ) {
        precondition(b.type == domain, "a backprojection of \(b.type) for images of \(domain)")
        apply(x, into: z, less: b, times: factor)
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        apply(x, into: z, less: nil, times: 0)
    }

    private func apply(_ x: TensorView, into z: MutableTensorView, less b: TensorView?, times factor: Float) {
        precondition(x.type == domain && z.type == domain, "normal blurs of \(x.type) to \(z.type)")
        precondition(!weights.isEmpty, "a normal blur without a point spread function")
        guard let from = x.floats.baseAddress, let to = z.floats.baseAddress else { return }
        let pixels = domain.shape.trailing(2).reduce(1, *)
        let channels = PlaneCounts(domain.shape).channels
        for plane in 0..<domain.shape.count / pixels {
            filter.apply(
                weights[weightPlanes.index(ofPlane: plane, of: channels)], from + plane * pixels,
                rows: grid.rows.imageIn, columns: grid.columns.imageIn, into: to + plane * pixels,
                rows: grid.rows.imageOut, columns: grid.columns.imageOut,
                less: b?.floats.baseAddress.map { ($0 + plane * pixels, factor) })
        }
    }
}
