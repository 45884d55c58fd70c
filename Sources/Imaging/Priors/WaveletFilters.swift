internal import TensorMath
internal import Tensors

/// The taps of a wavelet in the orders in which sums over lines read them.
///
/// There is no tap of a larger magnitude than 0.86, and sums have at most twenty terms, so single precision keeps a level to
/// some 1e-7 of the largest value.
final class WaveletFilters {
    private let taps: Int
    /// Against the order of the taps: `low[k] = Σ_u lo[L − 1 − u] x[2k + start + u]`.
    private let lowColumn: TensorBuffer
    private let highColumn: TensorBuffer
    /// The same, the even u and then the odd ones.
    private let lowRow: TensorBuffer
    private let highRow: TensorBuffer
    /// For each parity of taps: `lo[t], hi[t], lo[t + 2], …`.
    private let backColumn: [TensorBuffer]
    /// For each parity of taps: `lo[t], lo[t + 2], …`, then those of `hi`.
    private let backRow: [TensorBuffer]

    init(_ wavelet: Wavelet, _ mode: WaveletMode) {
        let (low, high) = (wavelet.lowPass, wavelet.highPass)
        taps = low.count
        func byParity(_ values: [Double]) -> [Double] {
            [0, 1].flatMap { parity in stride(from: parity, to: values.count, by: 2).map { values[$0] } }
        }
        lowColumn = WaveletFilters.buffer(low.reversed())
        highColumn = WaveletFilters.buffer(high.reversed())
        lowRow = WaveletFilters.buffer(byParity(low.reversed()))
        highRow = WaveletFilters.buffer(byParity(high.reversed()))
        let count = low.count
        backColumn = [0, 1].map { parity in
            WaveletFilters.buffer(stride(from: parity, to: count, by: 2).flatMap { [low[$0], high[$0]] })
        }
        backRow = [0, 1].map { parity in
            let own = stride(from: parity, to: count, by: 2)
            return WaveletFilters.buffer(own.map { low[$0] } + own.map { high[$0] })
        }
    }

    private static func buffer(_ values: [Double]) -> TensorBuffer {
        let buffer = TensorBuffer(floatCount: values.count)
        for (index, value) in values.enumerated() { buffer.floats[index] = Float(value) }
        return buffer
    }

    /// Writes `low` and behind it `high` of a row.
    func analyse(
        _ row: UnsafePointer<Float>, _ axis: WaveletAxis, line: UnsafeMutablePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        guard let low = lowRow.floats.baseAddress, let high = highRow.floats.baseAddress else { return }
        // The values at even places from the start, and behind them those at odd ones.
        let length = axis.half - 1 + taps / 2
        let (even, odd) = (line, line + length)
        let inside = (-axis.analysisStart + 1) / 2
        let end = max(inside, min(length, (axis.count - axis.analysisStart) / 2))
        for i in inside..<end {
            let index = 2 * i + axis.analysisStart
            even[i] = row[index]
            odd[i] = row[index + 1]
        }
        for border in [0..<min(inside, length), min(end, length)..<length] {
            for i in border {
                let index = 2 * i + axis.analysisStart
                even[i] = axis.source(index).map { row[$0] } ?? 0
                odd[i] = axis.source(index + 1).map { row[$0] } ?? 0
            }
        }
        Correlation.row(output, width: axis.half, of: line, stride: length, weights: low, rows: 2, columns: taps / 2)
        Correlation.row(
            output + axis.half, width: axis.half, of: line, stride: length, weights: high, rows: 2, columns: taps / 2)
    }

    /// Writes a row of `low` and one of `high`, of L rows that follow each other.
    func analyseColumns(
        _ rows: UnsafePointer<Float>, stride: Int, width: Int, low: UnsafeMutablePointer<Float>,
        high: UnsafeMutablePointer<Float>
    ) {
        guard let lowTaps = lowColumn.floats.baseAddress, let highTaps = highColumn.floats.baseAddress else { return }
        Correlation.row(low, width: width, of: rows, stride: stride, weights: lowTaps, rows: taps, columns: 1)
        Correlation.row(high, width: width, of: rows, stride: stride, weights: highTaps, rows: taps, columns: 1)
    }

    /// Writes a row whose `low` and, behind it, `high` are given.
    func synthesise(
        _ row: UnsafePointer<Float>, _ axis: WaveletAxis, line: UnsafeMutablePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        let length = axis.synthesisedCount / 2
        for part in 0..<2 {
            let (from, to) = (row + part * axis.half, line + part * length)
            (to + axis.padBefore).update(from: from, count: axis.half)
            for i in axis.synthesisBorder { to[i] = from[axis.wrapped(i - axis.padBefore)] }
        }
        let result = line + 2 * length
        for phase in 0..<min(2, axis.count) {
            guard let weights = backRow[axis.parity(of: phase)].floats.baseAddress else { return }
            let count = (axis.count - phase + 1) / 2
            Correlation.row(
                result, width: count, of: line + axis.firstPair(of: phase) + axis.padBefore, stride: length,
                weights: weights, rows: 2, columns: taps / 2)
            for i in 0..<count { output[2 * i + phase] = result[i] }
        }
    }

    /// Writes a row as the sum over L rows of `low` and `high` in turn.
    func synthesiseColumns(
        _ rows: UnsafePointer<Float>, stride: Int, width: Int, parity: Int, into output: UnsafeMutablePointer<Float>
    ) {
        guard let weights = backColumn[parity].floats.baseAddress else { return }
        Correlation.row(output, width: width, of: rows, stride: stride, weights: weights, rows: taps, columns: 1)
    }
}
