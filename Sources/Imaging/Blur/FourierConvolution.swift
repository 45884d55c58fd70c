internal import TensorMath
internal import Tensors

/// Blurs as products of spectra. The kernels' spectra are computed once, in double precision; `A` multiplies by them,
/// `Aᵀ` by their conjugates.
final class FourierConvolution: PlaneConvolution {
    private let grid: FourierGrid
    private let filter: SpectralFilter
    private let transfers: [SpectralFilter.Weights]
    /// `|H|²` of circular blurs, whose `AᵀA` is one product.
    private let squares: [SpectralFilter.Weights]

    /// - Throws: where the grid is too large for FFTW.
    init(_ kernels: BlurKernels, _ rows: BlurAxis, _ columns: BlurAxis, threads: Int) throws(ImagingError) {
        let grid = FourierGrid(rows, columns)
        self.grid = grid
        do throws(TensorMathError) {
            let filter = try SpectralFilter(
                height: grid.rows.period, width: grid.columns.period, threads: threads)
            var transfers: [SpectralFilter.Weights] = []
            var squares: [SpectralFilter.Weights] = []
            for kernel in kernels.planes {
                let plane = grid.place(kernel)
                transfers.append(try filter.weights(of: plane))
                if rows.padding == .circular { squares.append(try filter.squaredWeights(of: [plane])) }
            }
            self.filter = filter
            self.transfers = transfers
            self.squares = squares
        } catch {
            throw .transform(error.description)
        }
    }

    func apply(_ kernel: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
        filter.apply(
            transfers[kernel], x, rows: grid.rows.imageIn, columns: grid.columns.imageIn, into: y,
            rows: grid.rows.measurementOut, columns: grid.columns.measurementOut)
    }

    func adjoint(_ kernel: Int, _ y: UnsafePointer<Float>, into x: UnsafeMutablePointer<Float>) {
        filter.apply(
            transfers[kernel], conjugated: true, y, rows: grid.rows.measurementIn,
            columns: grid.columns.measurementIn, into: x, rows: grid.rows.imageOut, columns: grid.columns.imageOut)
    }

    /// Writes a circular blur's `AᵀA x`.
    ///
    /// - Returns: whether the blur is circular; nothing is written otherwise.
    func normal(_ kernel: Int, _ x: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>) -> Bool {
        guard squares.indices.contains(kernel) else { return false }
        filter.apply(
            squares[kernel], x, rows: grid.rows.imageIn, columns: grid.columns.imageIn, into: z,
            rows: grid.rows.imageOut, columns: grid.columns.imageOut)
        return true
    }
}
