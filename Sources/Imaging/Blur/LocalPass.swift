internal import TensorMath
internal import Tensors

/// A correlation of planes in scratch memory, rows shared out over lanes.
final class LocalPass {
    private let rows: LocalAxis
    private let columns: LocalAxis
    private let separable: Bool
    private let lanes: Int
    /// Of a two-dimensional sum, the plane with what lies beyond its borders; of a separable one, that plane after the
    /// sums along its rows.
    private let plane: TensorBuffer
    private let width: Int
    /// A row with what lies beyond its ends, for each lane.
    private let lines: [TensorBuffer]

    init(_ rows: LocalAxis, _ columns: LocalAxis, separable: Bool, lanes: Int) {
        self.rows = rows
        self.columns = columns
        self.separable = separable
        self.lanes = lanes
        width = separable ? columns.results : columns.extent
        plane = TensorBuffer(floatCount: rows.extent * width)
        lines = separable ? (0..<lanes).map { _ in TensorBuffer(floatCount: columns.extent) } : []
    }

    func run(
        _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, _ kernel: LocalKernel, turned: Bool
    ) {
        guard let plane = plane.floats.baseAddress, let weights = kernel.values(turned: turned).baseAddress else {
            return
        }
        shareOut(rows.count, lanes: lanes) { lane, range in
            for row in range {
                let target = plane + (rows.start + row) * width
                fill(target, from: input + row * columns.count, weights + kernel.rows, kernel.columns, lane)
            }
        }
        finish(plane)
        shareOut(rows.results, lanes: lanes) { _, range in
            for row in range {
                Correlation.row(
                    output + row * columns.results, width: columns.results, of: plane + row * width, stride: width,
                    weights: weights, rows: kernel.rows, columns: separable ? 1 : kernel.columns)
            }
        }
    }

    /// Writes a row of the plane.
    private func fill(
        _ target: UnsafeMutablePointer<Float>, from row: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
        _ taps: Int, _ lane: Int
    ) {
        guard separable else {
            extend(row, into: target)
            return
        }
        guard let line = lines[lane].floats.baseAddress else { return }
        extend(row, into: line)
        Correlation.row(
            target, width: width, of: line, stride: columns.extent, weights: weights, rows: 1, columns: taps)
    }

    /// Writes a row with what lies beyond its ends. The zeros there were written when the memory was made.
    private func extend(_ row: UnsafePointer<Float>, into line: UnsafeMutablePointer<Float>) {
        (line + columns.start).update(from: row, count: columns.count)
        for copy in columns.copies { line[copy.position] = row[copy.source] }
    }

    /// Copies rows to their places beyond the upper and lower border; the zeros there stay as the memory was made.
    private func finish(_ plane: UnsafeMutablePointer<Float>) {
        for copy in rows.copies {
            (plane + copy.position * width).update(from: plane + (rows.start + copy.source) * width, count: width)
        }
    }
}
