internal import TensorMath
package import Tensors

/// The point spread function of a circular blur's `AᵀA`: the kernel's autocorrelation `c[d] = Σ_m k[m] k[m + d]`, computed
/// in double precision.
///
/// - Parameters:
///   - kernel: `1 × 1 × h × w`.
///   - rows: of the result, odd and `2 h − 1` or more; what lies beyond that is 0.
///   - columns: the same for `w`.
/// - Returns: `rows × columns`, its centre in the middle.
/// - Throws: where the kernel has several planes or a value that is not finite, or does not fit.
package func pointSpreadFunction(of kernel: Tensor, rows: Int, columns: Int) throws(ImagingError) -> Tensor {
    let taps = try BlurKernels(kernel, images: [1, 1])
    guard rows >= 2 * taps.rows - 1, columns >= 2 * taps.columns - 1, !rows.isMultiple(of: 2),
        !columns.isMultiple(of: 2)
    else { throw .kernelShape(kernel.shape, image: [rows, columns]) }
    // On a torus of that size nothing wraps around, so correlation is a product of spectra.
    var plane = [Double](repeating: 0, count: rows * columns)
    for row in 0..<taps.rows {
        for column in 0..<taps.columns {
            plane[row * columns + column] = Double(taps.planes[0][row * taps.columns + column])
        }
    }
    let correlation: [Double]
    do throws(TensorMathError) {
        let power = try powerSpectrum(of: plane, rows, columns)
        // The power spectrum is even, so a transform there is also the one back.
        correlation = try preciseSpectrum(of: power, height: rows, width: columns)
    } catch {
        throw .transform(error.description)
    }
    let half = columns / 2 + 1
    let points = Double(rows * columns)
    var values = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
        for column in 0..<columns {
            // Entry d lies at d modulo the sides; where columns are beyond the half spectrum, -d is the same.
            let (y, x) = ((row - rows / 2).modulo(rows), (column - columns / 2).modulo(columns))
            let (down, right) = x < half ? (y, x) : ((-y).modulo(rows), columns - x)
            values[row * columns + column] = Float(correlation[(down * half + right) * 2] / points)
        }
    }
    return Tensor([rows, columns], values)
}

/// The point spread functions of a circular blur with a kernel for each image or channel.
///
/// - Parameters:
///   - kernel: `n × c × h × w`.
///   - shape: `rows × columns` for a single kernel, or `N × C × rows × columns`, where a kernel that is alone along an axis
///     has its function repeated.
/// - Throws: where one cannot be had.
package func pointSpreadFunctions(of kernel: Tensor, shape: Shape) throws(ImagingError) -> Tensor {
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let taps = try BlurKernels(kernel, images: shape.rank == 4 ? shape : [1, 1])
    var functions: [[Float]] = []
    for plane in taps.planes {
        let own = Tensor([1, 1, taps.rows, taps.columns], plane)
        functions.append(try pointSpreadFunction(of: own, rows: rows, columns: columns).values)
    }
    return Tensor(shape, (0..<PlaneCounts(shape).count).flatMap { functions[taps.index(ofPlane: $0)] })
}

/// `|H|²` on the whole plane.
private func powerSpectrum(
    of plane: [Double], _ rows: Int, _ columns: Int
) throws(TensorMathError) -> [Double] {
    let spectrum = try preciseSpectrum(of: plane, height: rows, width: columns)
    let half = columns / 2 + 1
    var power = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
        for column in 0..<columns {
            let (down, right) = column < half ? (row, column) : ((-row).modulo(rows), columns - column)
            let index = (down * half + right) * 2
            power[row * columns + column] =
                spectrum[index] * spectrum[index] + spectrum[index + 1] * spectrum[index + 1]
        }
    }
    return power
}
