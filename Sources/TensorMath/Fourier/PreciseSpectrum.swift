internal import CFFTW
internal import Synchronization

/// The spectrum of one real plane, computed in double precision: `height × (width/2 + 1)` complex numbers, interleaved.
///
/// For what is computed once and used many times, such as a blur's transfer function, whose error would otherwise be in
/// every application.
///
/// - Parameter plane: `height × width` values, row-major.
/// - Throws: where the extents are not those of `plane`, or FFTW has no plan.
package func preciseSpectrum(of plane: [Double], height: Int, width: Int) throws(TensorMathError) -> [Double] {
    guard height > 0, width > 0, let rowCount = Int32(exactly: height), let columnCount = Int32(exactly: width),
        height <= Int(Int32.max) / (width / 2 + 1)
    else { throw .extents(height: height, width: width) }
    guard plane.count == height * width else { throw .values(expected: height * width, found: plane.count) }

    var input = plane
    var spectrum = [Double](repeating: 0, count: height * (width / 2 + 1) * 2)
    let planned = input.withUnsafeMutableBufferPointer { values in
        spectrum.withUnsafeMutableBytes { bytes in
            let complex = bytes.baseAddress?.assumingMemoryBound(to: fftw_complex.self)
            // Estimated, like every plan here, and unaligned: an array's memory promises nothing.
            let flags = FFTW_ESTIMATE | FFTW_UNALIGNED
            var plan: fftw_plan?
            fourierPlanner.withLock { _ in
                plan = fftw_plan_dft_r2c_2d(rowCount, columnCount, values.baseAddress, complex, flags)
            }
            guard let plan else { return false }
            fftw_execute(plan)
            fourierPlanner.withLock { _ in fftw_destroy_plan(plan) }
            return true
        }
    }
    guard planned else { throw .plan(height: height, width: width) }
    return spectrum
}
