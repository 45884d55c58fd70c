/// One level of a wavelet transform: the sizes along both axes of a plane.
struct WaveletLevel {
    let rows: WaveletAxis
    let columns: WaveletAxis

    /// The levels of planes of a size, the finest first.
    static func all(height: Int, width: Int, wavelet: Wavelet, levels: Int, mode: WaveletMode) -> [WaveletLevel] {
        var found: [WaveletLevel] = []
        var (rows, columns) = (height, width)
        for _ in 0..<levels {
            let level = WaveletLevel(
                rows: WaveletAxis(rows, wavelet, mode), columns: WaveletAxis(columns, wavelet, mode))
            found.append(level)
            (rows, columns) = (level.rows.half, level.columns.half)
        }
        return found
    }

    /// Floats of a plane whose rows have been filtered, either way.
    var scratchCount: Int {
        max(rows.analysedCount * 2 * columns.half, rows.synthesisedCount * columns.count)
    }

    /// Floats of its coefficients.
    var coefficientCount: Int { 4 * rows.half * columns.half }
}

/// One level of a wavelet transform along one axis: which values each sum reads.
struct WaveletAxis {
    /// Values that it takes.
    let count: Int
    /// Values of each of low and high.
    let half: Int
    /// Values of low and high that stand before the first and after the last, as the way back reads them.
    let padBefore: Int
    let padAfter: Int

    private let taps: Int
    private let mode: WaveletMode
    /// The shift `c` of `low[k] = Σ_t lo[t] x[2k + c − t]`.
    private let shift: Int

    init(_ count: Int, _ wavelet: Wavelet, _ mode: WaveletMode) {
        self.count = count
        self.mode = mode
        taps = wavelet.lowPass.count
        shift = mode == .periodic ? taps / 2 : 1
        half = mode == .periodic ? count / 2 : (count + taps - 1) / 2
        // For each value at an end, the first and last that its sum reads.
        let shift = shift
        let ends = [0, 1, max(count - 2, 0), count - 1].map { WaveletAxis.firstPair($0, shift: shift) }
        padBefore = max(0, -(ends.min() ?? 0))
        padAfter = max(0, (ends.max() ?? 0) + taps / 2 - half)
    }

    // MARK: There

    /// The index of the first value that the sum of `k = 0` reads, 0 or below it.
    var analysisStart: Int { shift + 1 - taps }
    /// Values with what stands beyond the ends.
    var analysedCount: Int { 2 * (half - 1) + taps }
    /// Places, counted from ``analysisStart``, of what stands beyond the ends.
    var analysisBorder: [Int] {
        Array(0..<min(-analysisStart, analysedCount)) + Array(min(count - analysisStart, analysedCount)..<analysedCount)
    }

    /// The value that stands at an index from beyond the ends; `nil` for zero.
    func source(_ index: Int) -> Int? {
        if index >= 0, index < count { return index }
        guard mode == .periodic else { return nil }
        return ((index % count) + count) % count
    }

    // MARK: And back

    /// Values of low and high, in turn, with what stands beyond the ends.
    var synthesisedCount: Int { 2 * (padBefore + half + padAfter) }
    /// Pairs of low and high, counted with ``padBefore``, of what stands beyond the ends: those of the other end.
    var synthesisBorder: [Int] { Array(0..<padBefore) + Array(padBefore + half..<padBefore + half + padAfter) }

    func wrapped(_ index: Int) -> Int { ((index % half) + half) % half }

    /// The first `k` whose `low[k]` and `high[k]` the sum for a value reads; it reads L/2 of them.
    func firstPair(of index: Int) -> Int { WaveletAxis.firstPair(index, shift: shift) }

    /// Whether that sum is over the taps 0, 2, … or 1, 3, ….
    func parity(of index: Int) -> Int { (index + shift) & 1 }

    private static func firstPair(_ index: Int, shift: Int) -> Int {
        let distance = index - shift
        // Halved upwards, also where it is below 0.
        return (distance + (distance & 1)) >> 1
    }

    /// Floats for a line with what stands beyond its ends, apart by parity or low and high, and what it becomes.
    var lineCount: Int {
        max(analysedCount + 2, synthesisedCount + count + 2)
    }
}
