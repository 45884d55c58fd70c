public import Tensors

/// The two-dimensional discrete Fourier transform of real planes, by FFTW in single precision.
///
/// A plane of `height × width` values has a spectrum of `height × (width/2 + 1)` complex ones; the others are their
/// conjugates. Neither direction is scaled: the inverse of the forward transform is `height · width` times the plane.
///
/// Planes pass through aligned scratch memory, one piece a lane, so the bits depend neither on where a view lies in
/// memory nor on the number of threads. Nothing is allocated after `init`. Calls on different lanes may run at once.
public final class RealFourierTransform {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// Calls that may run at once, each in scratch memory of its own.
    public let lanes: Int

    /// Complex numbers in a row of the spectrum.
    public var spectrumWidth: Int { width / 2 + 1 }
    /// Complex numbers in the spectrum of a plane.
    public var spectrumCount: Int { height * spectrumWidth }

    private let forwardPlan: FourierPlan
    private let inversePlan: FourierPlan
    private let scratch: [TensorBuffer]
    private let rows: [UnsafeMutablePointer<Float>]

    /// - Parameter lanes: planes that may be transformed at the same time.
    /// - Throws: where a side is 0 or too long for FFTW, or FFTW has no plan.
    public init(height: Int, width: Int, lanes: Int = 1) throws(TensorMathError) {
        guard height > 0, width > 0, let rowCount = Int32(exactly: height), let columnCount = Int32(exactly: width),
            height <= Int(Int32.max) / (width / 2 + 1)
        else { throw .extents(height: height, width: width) }
        self.height = height
        self.width = width
        self.lanes = max(1, lanes)
        let floatCount = height * 2 * (width / 2 + 1)
        scratch = (0..<self.lanes).map { _ in TensorBuffer(floatCount: floatCount) }
        rows = scratch.compactMap(\.floats.baseAddress)
        forwardPlan = FourierPlan(.forward, height: rowCount, width: columnCount, scratch: rows[0])
        inversePlan = FourierPlan(.inverse, height: rowCount, width: columnCount, scratch: rows[0])
        guard forwardPlan.isValid, inversePlan.isValid else { throw .plan(height: height, width: width) }
    }

    /// Transforms a plane, lets `change` alter its `spectrumCount` interleaved complex numbers, and transforms back
    /// (unscaled) into `output`, which may be `plane` itself.
    public func filter(
        _ plane: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, lane: Int = 0,
        _ change: (_ spectrum: UnsafeMutablePointer<Float>) -> Void
    ) {
        load(plane, lane)
        forwardPlan.execute(rows[lane])
        change(rows[lane])
        inversePlan.execute(rows[lane])
        store(output, lane)
    }

    /// The spectra of all planes of `x` (its last two axes), plane after plane.
    ///
    /// - Precondition: `x` is real, `… × height × width`; `spectra` complex, `… × height × spectrumWidth`.
    public func forward(_ x: TensorView, into spectra: MutableTensorView) {
        let planes = planeCount(x.type, spectra.type)
        guard let from = x.floats.baseAddress, let to = spectra.floats.baseAddress else { return }
        parallel(over: planes, threads: lanes) { lane, plane in
            load(from + plane * height * width, lane)
            forwardPlan.execute(rows[lane])
            (to + plane * 2 * spectrumCount).update(from: rows[lane], count: 2 * spectrumCount)
        }
    }

    /// The planes of the given spectra, times `height · width`.
    ///
    /// - Precondition: shapes as in ``forward(_:into:)``.
    public func inverse(_ spectra: TensorView, into x: MutableTensorView) {
        let planes = planeCount(x.type, spectra.type)
        guard let from = spectra.floats.baseAddress, let to = x.floats.baseAddress else { return }
        parallel(over: planes, threads: lanes) { lane, plane in
            rows[lane].update(from: from + plane * 2 * spectrumCount, count: 2 * spectrumCount)
            inversePlan.execute(rows[lane])
            store(to + plane * height * width, lane)
        }
    }

    private func load(_ plane: UnsafePointer<Float>, _ lane: Int) {
        for row in 0..<height {
            (rows[lane] + row * 2 * spectrumWidth).update(from: plane + row * width, count: width)
        }
    }

    private func store(_ plane: UnsafeMutablePointer<Float>, _ lane: Int) {
        for row in 0..<height {
            (plane + row * width).update(from: rows[lane] + row * 2 * spectrumWidth, count: width)
        }
    }

    private func planeCount(_ planes: TensorType, _ spectra: TensorType) -> Int {
        precondition(
            planes.element == .float32 && spectra.element == .complex64
                && planes.shape.trailing(2) == [height, width] && spectra.shape.trailing(2) == [height, spectrumWidth]
                && planes.shape.dimensions.dropLast(2) == spectra.shape.dimensions.dropLast(2),
            "planes \(planes) and spectra \(spectra) do not fit a transform of \(height) × \(width)")
        return planes.shape.count / (height * width)
    }
}
