internal import TensorMath
internal import Tensors

/// The filter bank of an orthogonal wavelet on planes of one size: all its levels, there and back (Mallat 1989).
///
/// A level takes a plane of `h × w` to `2 h' × 2 w'` coefficients: the approximation top left, to its right the detail along
/// the width, below it that along the height, and the diagonal one. An axis of n values gives
/// `low[k] = Σ_t lo[t] x[2k + c − t]`, `high` likewise, and the way back is the transpose: PyWavelets' `periodization` with
/// `c = L/2` and n' = n/2, its `zero` with `c = 1` and `n' = ⌊(n + L − 1)/2⌋`, where there are L taps.
///
/// Rows, then columns, are contiguous sums over them; all rows of all planes are shared out over the threads, which changes
/// no bit.
final class WaveletBank {
    /// Where the coefficients of a level stand, plane after plane.
    struct Block {
        let start: UnsafeMutablePointer<Float>
        let planeStride: Int
        let rowStride: Int
    }

    let planes: Int
    let levels: [WaveletLevel]

    private let filters: WaveletFilters
    private let threads: Int
    /// What one axis has been filtered of, with what stands beyond the borders: all planes of the largest level.
    private let scratch: TensorBuffer
    /// A row with what stands beyond its ends, and what it is filtered to; one piece a thread.
    private let lines: [TensorBuffer]

    /// - Precondition: the sides are above 0, and divisible by 2^levels where the image is periodic.
    init(planes: Int, height: Int, width: Int, wavelet: Wavelet, levels count: Int, mode: WaveletMode, threads: Int) {
        self.planes = planes
        self.threads = max(1, threads)
        filters = WaveletFilters(wavelet, mode)
        levels = WaveletLevel.all(height: height, width: width, wavelet: wavelet, levels: count, mode: mode)
        scratch = TensorBuffer(floatCount: planes * (levels.map(\.scratchCount).max() ?? 0))
        let longest = levels.map { $0.columns.lineCount }.max() ?? 0
        lines = (0..<laneCount(over: planes * height, threads: threads)).map { _ in
            TensorBuffer(floatCount: longest)
        }
    }

    // MARK: There

    /// Takes the planes apart; each level but the first reads the approximation in the block of the one before.
    ///
    /// - Parameters:
    ///   - image: where the planes stand; it may be the first block.
    ///   - blocks: one for each level; they may be the same place.
    func analyse(_ image: Block, into blocks: [Block]) {
        var source = image
        for (level, block) in zip(levels, blocks) {
            analyse(level, source, into: block)
            source = block
        }
    }

    private func analyse(_ level: WaveletLevel, _ source: Block, into block: Block) {
        guard let middle = scratch.floats.baseAddress else { return }
        let (rows, columns) = (level.rows, level.columns)
        let rowLength = 2 * columns.half
        let planeLength = rows.analysedCount * rowLength
        shareOut(planes * rows.count, lanes: lines.count) { lane, share in
            guard let line = lines[lane].floats.baseAddress else { return }
            for index in share {
                let (plane, row) = (index / rows.count, index % rows.count)
                filters.analyse(
                    source.start + plane * source.planeStride + row * source.rowStride, columns, line: line,
                    into: middle + plane * planeLength + (row - rows.analysisStart) * rowLength)
            }
        }
        for plane in 0..<planes {
            let start = middle + plane * planeLength
            for index in rows.analysisBorder {
                let to = start + index * rowLength
                if let row = rows.source(index + rows.analysisStart) {
                    to.update(from: start + (row - rows.analysisStart) * rowLength, count: rowLength)
                } else {
                    to.update(repeating: 0, count: rowLength)
                }
            }
        }
        shareOut(planes * rows.half, lanes: lines.count) { _, share in
            for index in share {
                let (plane, k) = (index / rows.half, index % rows.half)
                let from = middle + plane * planeLength + 2 * k * rowLength
                let to = block.start + plane * block.planeStride + k * block.rowStride
                filters.analyseColumns(
                    from, stride: rowLength, width: rowLength, low: to, high: to + rows.half * block.rowStride)
            }
        }
    }

    // MARK: And back

    /// Puts the planes together again: the transpose of ``analyse(_:into:)``, which is its inverse.
    ///
    /// The blocks' approximations are overwritten on the way.
    func synthesise(_ blocks: [Block], into image: Block) {
        for index in levels.indices.reversed() {
            synthesise(levels[index], blocks[index], into: index == 0 ? image : blocks[index - 1])
        }
    }

    private func synthesise(_ level: WaveletLevel, _ block: Block, into target: Block) {
        guard let middle = scratch.floats.baseAddress else { return }
        let (rows, columns) = (level.rows, level.columns)
        let rowLength = columns.count
        let planeLength = rows.synthesisedCount * rowLength
        shareOut(planes * 2 * rows.half, lanes: lines.count) { lane, share in
            guard let line = lines[lane].floats.baseAddress else { return }
            for index in share {
                let (plane, row) = (index / (2 * rows.half), index % (2 * rows.half))
                // Low and high rows in turn, as the sum over both reads them.
                let place = row < rows.half ? 2 * row : 2 * (row - rows.half) + 1
                filters.synthesise(
                    block.start + plane * block.planeStride + row * block.rowStride, columns, line: line,
                    into: middle + plane * planeLength + (place + 2 * rows.padBefore) * rowLength)
            }
        }
        for plane in 0..<planes {
            let start = middle + plane * planeLength
            for pair in rows.synthesisBorder {
                let to = start + 2 * pair * rowLength
                let from = start + 2 * (rows.wrapped(pair - rows.padBefore) + rows.padBefore) * rowLength
                to.update(from: from, count: 2 * rowLength)
            }
        }
        shareOut(planes * rows.count, lanes: lines.count) { _, share in
            for index in share {
                let (plane, row) = (index / rows.count, index % rows.count)
                let first = rows.firstPair(of: row) + rows.padBefore
                filters.synthesiseColumns(
                    middle + plane * planeLength + 2 * first * rowLength, stride: rowLength, width: rowLength,
                    parity: rows.parity(of: row),
                    into: target.start + plane * target.planeStride + row * target.rowStride)
            }
        }
    }

    // MARK: Details

    /// Calls `body` with each stretch of details of each plane: its level, where it begins after the block's start, and how
    /// long it is. Planes are shared out over the threads.
    func eachDetail(_ blocks: [Block], _ body: (_ level: Int, _ offset: Int, _ count: Int) -> Void) {
        parallel(over: planes, threads: threads) { _, plane in
            for (index, level) in levels.enumerated() {
                let (half, across) = (level.rows.half, level.columns.half)
                for row in 0..<2 * half {
                    let start = plane * blocks[index].planeStride + row * blocks[index].rowStride
                    // To the right of the approximation, and all below it.
                    if row < half {
                        body(index, start + across, across)
                    } else {
                        body(index, start, 2 * across)
                    }
                }
            }
        }
    }

    /// `Σ |details|`, in the order of planes, levels and rows.
    func detailSum(_ blocks: [Block], _ sum: (_ level: Int, _ offset: Int, _ count: Int) -> Double) -> Double {
        var total = 0.0
        for plane in 0..<planes {
            for (index, level) in levels.enumerated() {
                let (half, across) = (level.rows.half, level.columns.half)
                for row in 0..<2 * half {
                    let start = plane * blocks[index].planeStride + row * blocks[index].rowStride
                    total += row < half ? sum(index, start + across, across) : sum(index, start, 2 * across)
                }
            }
        }
        return total
    }
}
