internal import Tensors

/// Convolutions of real planes on a periodic grid of `height × width`, by FFTW in single precision.
///
/// Rows are transformed one by one, then columns a few at a time: transformed, multiplied by the kernel's spectrum and
/// transformed back while they are in the cache; then rows back. A plane smaller than the grid is laid out by a
/// ``GridAxis`` for its rows and one for its columns; rows that are copies or empty cost no transform.
///
/// One plane is filtered at a time, its rows and columns shared out over `lanes`. A row's or column's bits depend on
/// nothing but its values, so neither the number of lanes nor the alignment of a plane changes the result. Nothing is
/// allocated after `init`.
package final class SpectralFilter {
    package let height: Int
    package let width: Int
    package let lanes: Int

    /// Complex numbers in a row's half spectrum.
    private let halfWidth: Int
    /// The spectrum: blocks of `ColumnPlan.columns` columns, each of `height` rows.
    private let blockCount: Int
    private let blockFloats: Int
    /// Floats from block to block: one cache line more than a block, because powers of two share a cache's sets.
    private let blockStride: Int
    private let spectrum: TensorBuffer
    /// A row of the plane and its half spectrum, for each lane.
    private let rows: [TensorBuffer]
    private let halves: [TensorBuffer]

    private let forwardRow: RowPlan
    private let inverseRow: RowPlan
    private let forwardColumns: ColumnPlan
    private let inverseColumns: ColumnPlan

    /// Grid points from which on threads are worth waking.
    private static let sharedSize = 1 << 15

    /// - Parameter threads: threads that share the work on a plane.
    /// - Throws: where a side is 0 or too long for FFTW, or FFTW has no plan.
    package init(height: Int, width: Int, threads: Int = 1) throws(TensorMathError) {
        guard height > 0, width > 0, let rowCount = Int32(exactly: height), let columnCount = Int32(exactly: width),
            height <= Int(Int32.max) / (width + 2 * ColumnPlan.columns)
        else { throw .extents(height: height, width: width) }
        self.height = height
        self.width = width
        lanes = height * width < SpectralFilter.sharedSize ? 1 : max(1, min(threads, height))
        halfWidth = width / 2 + 1
        blockCount = (halfWidth + ColumnPlan.columns - 1) / ColumnPlan.columns
        blockFloats = height * ColumnPlan.columns * 2
        blockStride = (blockFloats + 15) / 16 * 16 + 16
        spectrum = TensorBuffer(floatCount: blockCount * blockStride)
        rows = (0..<lanes).map { [width] _ in TensorBuffer(floatCount: width) }
        halves = (0..<lanes).map { [blockCount] _ in TensorBuffer(floatCount: blockCount * ColumnPlan.columns * 2) }
        let (row, half, block) = (rows[0].start, halves[0].start, spectrum.start)
        forwardRow = RowPlan(.forward, width: columnCount, row: row, spectrum: half)
        inverseRow = RowPlan(.inverse, width: columnCount, row: row, spectrum: half)
        forwardColumns = ColumnPlan(.forward, height: rowCount, block: block)
        inverseColumns = ColumnPlan(.inverse, height: rowCount, block: block)
        guard forwardRow.isValid, inverseRow.isValid, forwardColumns.isValid, inverseColumns.isValid else {
            throw .plan(height: height, width: width)
        }
    }

    /// What a spectrum is multiplied by: interleaved complex numbers or real ones, in the filter's own order, divided by
    /// the number of grid points, which the unscaled transforms there and back multiply by.
    package struct Weights {
        let isReal: Bool
        let stride: Int
        let buffer: TensorBuffer
    }

    /// The spectrum `H` of a kernel on the grid, computed in double precision.
    ///
    /// - Throws: where `kernel` does not have `height · width` values, or FFTW has no plan.
    package func weights(of kernel: [Double]) throws(TensorMathError) -> Weights {
        let values = try preciseSpectrum(of: kernel, height: height, width: width)
        let buffer = TensorBuffer(floatCount: blockCount * blockFloats)
        let points = Double(height * width)
        for row in 0..<height {
            for column in 0..<halfWidth {
                let from = (row * halfWidth + column) * 2
                let to = place(row, column) * 2
                buffer.floats[to] = Float(values[from] / points)
                buffer.floats[to + 1] = Float(values[from + 1] / points)
            }
        }
        return Weights(isReal: false, stride: blockFloats, buffer: buffer)
    }

    /// `Σ |H|²` over the kernels' spectra, added up in double precision in the order given.
    ///
    /// - Throws: as ``weights(of:)``.
    package func squaredWeights(of kernels: [[Double]]) throws(TensorMathError) -> Weights {
        var sums = [Double](repeating: 0, count: height * halfWidth)
        for kernel in kernels {
            let values = try preciseSpectrum(of: kernel, height: height, width: width)
            for i in sums.indices { sums[i] += values[2 * i] * values[2 * i] + values[2 * i + 1] * values[2 * i + 1] }
        }
        return realWeights { sums[$0] }
    }

    /// The spectrum of a kernel that is the same turned around, and whose spectrum is therefore real.
    ///
    /// - Throws: as ``weights(of:)``.
    package func weights(ofEven kernel: [Double]) throws(TensorMathError) -> Weights {
        let values = try preciseSpectrum(of: kernel, height: height, width: width)
        return realWeights { values[2 * $0] }
    }

    /// A spectrum that is real, point by point.
    ///
    /// - Parameter value: of a point of the half spectrum, `height × (width / 2 + 1)`, counted row by row.
    package func realWeights(_ value: (Int) -> Double) -> Weights {
        let buffer = TensorBuffer(floatCount: blockCount * blockFloats / 2)
        let points = Double(height * width)
        for row in 0..<height {
            for column in 0..<halfWidth {
                buffer.floats[place(row, column)] = Float(value(row * halfWidth + column) / points)
            }
        }
        return Weights(isReal: true, stride: blockFloats / 2, buffer: buffer)
    }

    /// Where a number of the spectrum is among the weights.
    private func place(_ row: Int, _ column: Int) -> Int {
        let (block, own) = column.quotientAndRemainder(dividingBy: ColumnPlan.columns)
        return (block * height + row) * ColumnPlan.columns + own
    }

    /// Convolves a plane.
    ///
    /// - Parameters:
    ///   - input: laid out on the grid by `rowsIn` and `columnsIn`.
    ///   - output: read off the grid by `rowsOut` and `columnsOut`; may be the memory of `input`.
    ///   - weights: of this filter; complex ones are conjugated where `conjugated`, which turns the kernel around.
    ///   - subtrahend: a plane like the output, taken off it while that is in the cache, so many times.
    /// - Precondition: the axes have the grid's periods.
    package func apply(
        _ weights: Weights, conjugated: Bool = false, _ input: UnsafePointer<Float>, rows rowsIn: GridAxis,
        columns columnsIn: GridAxis, into output: UnsafeMutablePointer<Float>, rows rowsOut: GridAxis,
        columns columnsOut: GridAxis, less subtrahend: (plane: UnsafePointer<Float>, times: Float)? = nil
    ) {
        precondition(
            [rowsIn, rowsOut].allSatisfy { $0.period == height }
                && [columnsIn, columnsOut].allSatisfy { $0.period == width }, "axes of another grid")
        shareOut(rowsIn.count, lanes: lanes) { lane, range in
            for row in range { load(input + row * columnsIn.count, columnsIn, row, rowsIn, lane) }
            if lane == 0 { for row in rowsIn.empty { clear(row) } }
        }
        shareOut(blockCount, lanes: lanes) { _, range in
            for block in range { multiply(block, weights, conjugated) }
        }
        shareOut(rowsOut.count, lanes: lanes) { lane, range in
            for row in range {
                let values = output + row * columnsOut.count
                store(values, columnsOut, row, rowsOut, lane)
                guard let subtrahend else { continue }
                let taken = subtrahend.plane + row * columnsOut.count
                for i in 0..<columnsOut.count { values[i] -= subtrahend.times * taken[i] }
            }
        }
    }

    /// Transforms one row of the plane and puts its spectrum wherever the row lies on the grid.
    private func load(
        _ values: UnsafePointer<Float>, _ columns: GridAxis, _ index: Int, _ axis: GridAxis, _ lane: Int
    ) {
        let (row, half) = (rows[lane].start, halves[lane].start)
        row.update(from: values, count: columns.count)
        if columns.count < width { (row + columns.count).update(repeating: 0, count: width - columns.count) }
        for k in columns.sources.indices { row[columns.positions[k]] = values[columns.sources[k]] }
        forwardRow.forward(row, into: half)
        scatter(half, index)
        for k in axis.starts[index]..<axis.starts[index + 1] { scatter(half, axis.positions[k]) }
    }

    /// Transforms one row back, the sum of all places where it lies on the grid.
    private func store(
        _ values: UnsafeMutablePointer<Float>, _ columns: GridAxis, _ index: Int, _ axis: GridAxis, _ lane: Int
    ) {
        let (row, half) = (rows[lane].start, halves[lane].start)
        gather(index, into: half)
        for k in axis.starts[index]..<axis.starts[index + 1] { add(axis.positions[k], to: half) }
        inverseRow.inverse(half, into: row)
        values.update(from: row, count: columns.count)
        for k in columns.sources.indices { values[columns.sources[k]] += row[columns.positions[k]] }
    }

    /// Transforms a block of columns, multiplies it and transforms it back.
    private func multiply(_ index: Int, _ weights: Weights, _ conjugated: Bool) {
        let block = spectrum.start + index * blockStride
        let own = UnsafeBufferPointer(
            rebasing: weights.buffer.floats[index * weights.stride..<(index + 1) * weights.stride])
        forwardColumns.execute(block)
        if weights.isReal {
            SpectrumProduct.multiply(block, byReal: own)
        } else if conjugated {
            SpectrumProduct.multiply(block, byConjugate: own)
        } else {
            SpectrumProduct.multiply(block, by: own)
        }
        inverseColumns.execute(block)
    }

    // A grid row's part of a block, moved as two vectors of four floats.

    private func scatter(_ half: UnsafeMutablePointer<Float>, _ row: Int) {
        var to = spectrum.start + row * ColumnPlan.columns * 2
        for block in 0..<blockCount {
            UnsafeMutableRawPointer(to).copyMemory(from: half + block * ColumnPlan.columns * 2, byteCount: 32)
            to += blockStride
        }
    }

    private func gather(_ row: Int, into half: UnsafeMutablePointer<Float>) {
        var from = spectrum.start + row * ColumnPlan.columns * 2
        for block in 0..<blockCount {
            UnsafeMutableRawPointer(half + block * ColumnPlan.columns * 2).copyMemory(from: from, byteCount: 32)
            from += blockStride
        }
    }

    private func add(_ row: Int, to half: UnsafeMutablePointer<Float>) {
        var from = spectrum.start + row * ColumnPlan.columns * 2
        for block in 0..<blockCount {
            let to = half + block * ColumnPlan.columns * 2
            for i in 0..<ColumnPlan.columns * 2 { to[i] += from[i] }
            from += blockStride
        }
    }

    private func clear(_ row: Int) {
        var to = spectrum.start + row * ColumnPlan.columns * 2
        for _ in 0..<blockCount {
            to.update(repeating: 0, count: ColumnPlan.columns * 2)
            to += blockStride
        }
    }
}
