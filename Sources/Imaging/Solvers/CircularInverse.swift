internal import TensorMath
package import Tensors

/// `(I + γ AᴴA)⁻¹` for `AᴴA` that are circular convolutions on the images' own grid, of which the spectrum is given: one
/// division in the Fourier domain. With `AᴴA` summed over a stack it is exact for the stack.
package final class CircularInverse {
    package let shape: Shape

    private let filter: SpectralFilter
    private let rows: GridAxis
    private let columns: GridAxis
    private let spectrumPlanes: PlaneCounts
    private var weights: [SpectralFilter.Weights] = []
    private var known: (spectrum: [Float], gamma: Float)?

    /// The spectrum of `AᴴA`: for each plane `H × (W / 2 + 1)` real numbers, 0 or more.
    ///
    /// - Parameters:
    ///   - pointSpread: of `AᴴA`, the centre of each plane in its middle, sides odd.
    ///   - shape: of the images.
    ///   - spectrum: as many planes as `pointSpread` has.
    /// - Throws: where a value is not finite or FFTW has no plan.
    package static func spectrum(
        of pointSpread: Tensor, shape: Shape, into spectrum: MutableTensorView
    ) throws(ImagingError) {
        let values = pointSpread.values
        if let index = values.firstIndex(where: { !$0.isFinite }) { throw .kernelValue(index: index) }
        let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
        let sides = pointSpread.shape.trailing(2)
        let size = sides[0] * sides[1]
        let points = height * (width / 2 + 1)
        precondition(values.count / size * points == spectrum.floats.count, "a spectrum of other planes")
        for plane in 0..<values.count / size {
            var grid = [Double](repeating: 0, count: height * width)
            for row in 0..<sides[0] {
                let y = (row - sides[0] / 2).modulo(height)
                for column in 0..<sides[1] {
                    // One larger than the torus meets itself and adds up.
                    let x = (column - sides[1] / 2).modulo(width)
                    grid[y * width + x] += Double(values[plane * size + row * sides[1] + column])
                }
            }
            do throws(TensorMathError) {
                let transformed = try preciseSpectrum(of: grid, height: height, width: width)
                for point in 0..<points {
                    // It is |H|², which rounding alone takes below 0.
                    spectrum.floats[plane * points + point] = Float(max(0, transformed[2 * point]))
                }
            } catch {
                throw .transform(error.description)
            }
        }
    }

    /// - Parameters:
    ///   - spectrum: Shape of the spectrum, `n × c × H × (W / 2 + 1)` or `H × (W / 2 + 1)` for all planes.
    ///   - shape: of the images, `… × H × W`.
    ///   - threads: threads that share the work; the bits do not depend on how many.
    /// - Throws: where the grid is too large for FFTW.
    package init(spectrum: Shape, shape: Shape, threads: Int) throws(ImagingError) {
        guard shape.rank >= 2, shape.count > 0 else { throw .planeShape(shape, operation: "a division of spectra") }
        self.shape = shape
        let sides = shape.trailing(2)
        rows = GridAxis(count: sides[0], period: sides[0])
        columns = GridAxis(count: sides[1], period: sides[1])
        spectrumPlanes = PlaneCounts(spectrum)
        do throws(TensorMathError) {
            filter = try SpectralFilter(height: sides[0], width: sides[1], threads: threads)
        } catch {
            throw .transform(error.description)
        }
    }

    /// Chooses spectrum and γ; what is known already is not computed again.
    package func use(spectrum: TensorView, gamma: Float) {
        if let known, known.gamma == gamma, known.spectrum.elementsEqual(spectrum.floats) { return }
        let points = shape[shape.rank - 2] * (shape[shape.rank - 1] / 2 + 1)
        weights = (0..<spectrumPlanes.count).map { plane in
            filter.realWeights { 1 / (1 + Double(gamma) * Double(spectrum.floats[plane * points + $0])) }
        }
        known = (Array(spectrum.floats), gamma)
    }

    /// Writes `(I + γ AᴴA)⁻¹ b`, of real images.
    ///
    /// - Precondition: ``use(spectrum:gamma:)`` was called.
    package func solve(_ b: TensorView, into x: MutableTensorView) {
        precondition(!weights.isEmpty && b.shape == shape, "a division of \(b.type)")
        guard let from = b.floats.baseAddress, let to = x.floats.baseAddress else { return }
        let pixels = rows.count * columns.count
        let channels = PlaneCounts(shape).channels
        for plane in 0..<shape.count / pixels {
            filter.apply(
                weights[spectrumPlanes.index(ofPlane: plane, of: channels)], from + plane * pixels, rows: rows,
                columns: columns, into: to + plane * pixels, rows: rows, columns: columns)
        }
    }
}
