package import Tensors

/// Copies what one tile owns of another tile's window: the neighbour exchange of an image that lives as tiles.
///
/// Where the window extends beyond the image, it repeats the edge pixel (`replicate`), which the tile that owns the edge
/// supplies.
package struct WindowPart: Sendable {
    /// For every row of the window that the neighbour fills: where it starts there and in the neighbour's inner part.
    private let rows: [(window: Int, inner: Int)]
    /// Columns of the window, and the column of the inner part that each reads.
    private let columns: [(window: Int, inner: Int)]
    private let windowSize: Int
    private let innerSize: Int

    /// Prepares the copies from tile `inner` into the window of tile `window` of an `exact` tiling.
    ///
    /// - Parameter box: The box of the inner part that is at hand, in its own coordinates; by default the whole.
    package init(_ tiling: Tiling, window: Int, inner: Int, box: Region? = nil) {
        let target = tiling[window].window
        let source = tiling[inner].inner
        let pairs = tiling.extents.indices.map { axis in
            target[axis].enumerated().compactMap { local, pixel -> (window: Int, inner: Int)? in
                let read = min(max(pixel, 0), tiling.extents[axis] - 1)
                guard source[axis].contains(read) else { return nil }
                return (local, read - source[axis].lowerBound)
            }
        }
        let held = box ?? Region(whole: source.extents)
        var rows = [(window: 0, inner: 0)]
        for axis in tiling.extents.indices.dropLast() {
            rows = rows.flatMap { row in
                pairs[axis].map { pair in
                    (
                        window: row.window * target[axis].count + pair.window,
                        inner: row.inner * held[axis].count + pair.inner - held[axis].lowerBound
                    )
                }
            }
        }
        let last = tiling.extents.count - 1
        self.rows = rows.map { ($0.window * target[last].count, $0.inner * held[last].count - held[last].lowerBound) }
        columns = pairs[last]
        windowSize = target.count
        innerSize = held.count
    }

    /// Writes the neighbour's part of the window.
    package func fill(from inner: TensorView, into window: MutableTensorView) {
        let step = inner.type.element.floats
        for plane in 0..<inner.floats.count / (innerSize * step) {
            for row in rows {
                let from = plane * innerSize + row.inner
                let to = plane * windowSize + row.window
                for column in columns {
                    for part in 0..<step {
                        window.floats[(to + column.window) * step + part] =
                            inner.floats[(from + column.inner) * step + part]
                    }
                }
            }
        }
    }
}
