internal import CLoops

/// The sum that convolutions with small kernels are, computed as it is written.
package enum Correlation {
    /// Writes one row, `out[j] = Σ_{a,b} weights[a][b] · in[a · stride + j + b]` for `j` below `width`.
    ///
    /// - Parameters:
    ///   - input: the first of `rows` rows, `stride` floats apart, of `width + columns − 1` values each.
    ///   - weights: `rows × columns`.
    /// - Precondition: `out` shares no memory with the others.
    package static func row(
        _ out: UnsafeMutablePointer<Float>, width: Int, of input: UnsafePointer<Float>, stride: Int,
        weights: UnsafePointer<Float>, rows: Int, columns: Int
    ) {
        loops_correlate_row(out, width, input, stride, weights, rows, columns)
    }
}
