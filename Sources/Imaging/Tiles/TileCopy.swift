package import Tensors

/// Copies between an image and the windows of one of its tiles. The tiled axes are the last ones; batch, channels and
/// any other leading axes are carried along whole.
package struct TileCopy: Sendable {
    /// A row of the last axis: where it starts in the image, in the window and in the inner part, in elements of one
    /// plane (one volume).
    private struct Row {
        var image: Int
        var window: Int
        var inner: Int
        var weight: Float
    }

    /// Every row of the window; those beyond the image read the row that their border names.
    private let windowRows: [Row]
    /// The rows of the inner part.
    private let innerRows: [Row]
    /// For every column of the window the image column that it reads.
    private let sourceColumns: [Int]
    /// The columns of the window that lie in the image.
    private let insideColumns: Range<Int>
    private let outsideColumns: [Int]
    private let innerColumns: Range<Int>
    private let columnWeights: [Float]
    private let imageSize: Int
    private let windowSize: Int
    private let innerSize: Int

    /// Prepares the copies of tile `index`, so that no later one allocates.
    ///
    /// - Parameters:
    ///   - imageBox: The box of the image that is at hand, by default the whole.
    ///   - windowBox: The box of the window that is at hand, in its own coordinates; by default the whole.
    package init(_ tiling: Tiling, index: Int, imageBox: Region? = nil, windowBox: Region? = nil) {
        let tile = tiling[index]
        let pieces = tiling.pieces(of: index)
        let extents = tiling.extents
        let windowExtents = tile.window.extents
        let cut = tile.innerInWindow
        let imageBox = imageBox ?? Region(whole: extents)
        let windowBox = windowBox ?? Region(whole: windowExtents)

        var rows = [Row(image: 0, window: 0, inner: 0, weight: 1)]
        var inside = [true]
        var owned = [true]
        for axis in extents.indices.dropLast() {
            var nextRows: [Row] = []
            var nextInside: [Bool] = []
            var nextOwned: [Bool] = []
            for (row, flags) in zip(rows, zip(inside, owned)) {
                for local in 0..<windowExtents[axis] {
                    let pixel = tile.window[axis].lowerBound + local
                    let source = tiling.border.source(pixel, extent: extents[axis])
                    nextRows.append(
                        Row(
                            image: row.image * imageBox[axis].count + source - imageBox[axis].lowerBound,
                            window: row.window * windowBox[axis].count + local - windowBox[axis].lowerBound,
                            inner: row.inner * cut[axis].count + local - cut[axis].lowerBound,
                            weight: row.weight * pieces[axis].weights[local]))
                    nextInside.append(flags.0 && pixel >= 0 && pixel < extents[axis])
                    nextOwned.append(flags.1 && cut[axis].contains(local))
                }
            }
            (rows, inside, owned) = (nextRows, nextInside, nextOwned)
        }

        let last = extents.count - 1
        let window = tile.window[last]
        windowRows = zip(rows, inside).map { row, inside in
            Row(
                image: row.image * imageBox[last].count - imageBox[last].lowerBound,
                window: row.window * windowBox[last].count - windowBox[last].lowerBound,
                inner: row.inner * cut[last].count, weight: inside ? row.weight : 0)
        }
        innerRows = zip(windowRows, owned).filter(\.1).map(\.0)
        sourceColumns = window.map { tiling.border.source($0, extent: extents[last]) }
        let clipped = window.clamped(to: 0..<extents[last])
        insideColumns = clipped.lowerBound - window.lowerBound..<clipped.upperBound - window.lowerBound
        outsideColumns = sourceColumns.indices.filter { [insideColumns] in !insideColumns.contains($0) }
        innerColumns = cut[last]
        columnWeights = pieces[last].weights
        imageSize = imageBox.count
        windowSize = windowBox.count
        innerSize = cut.count
    }

    /// Cuts the window out of the image, filling it by the tiling's border where it extends beyond.
    package func crop(_ image: TensorView, into window: MutableTensorView) {
        let step = image.type.element.floats
        for plane in 0..<image.floats.count / (imageSize * step) {
            for row in windowRows {
                let from = (plane * imageSize + row.image) * step
                let to = (plane * windowSize + row.window) * step
                for column in outsideColumns {
                    for part in 0..<step {
                        window.floats[to + column * step + part] =
                            image.floats[from + sourceColumns[column] * step + part]
                    }
                }
                let first = to + insideColumns.lowerBound * step
                copy(
                    image.floats, from + sourceColumns[insideColumns.lowerBound] * step, to: window.floats, first,
                    count: insideColumns.count * step)
            }
        }
    }

    /// Adds the window to the image, weighted so that all windows of the tiling together average where they overlap.
    package func accumulate(_ window: TensorView, into image: MutableTensorView) {
        let step = window.type.element.floats
        let firstColumn = sourceColumns[insideColumns.lowerBound]
        for plane in 0..<image.floats.count / (imageSize * step) {
            for row in windowRows where row.weight > 0 {
                let from = (plane * windowSize + row.window) * step
                let to = (plane * imageSize + row.image + firstColumn - insideColumns.lowerBound) * step
                for column in insideColumns {
                    let weight = row.weight * columnWeights[column]
                    for part in column * step..<(column + 1) * step {
                        image.floats[to + part] += weight * window.floats[from + part]
                    }
                }
            }
        }
    }

    /// Writes the inner part of the window to its place in the image.
    package func paste(_ window: TensorView, into image: MutableTensorView) {
        copyInner(
            from: window, windowSize, \.window, innerColumns.lowerBound, to: image, imageSize, \.image, imageColumn)
    }

    /// Cuts the inner part out of the window.
    package func trim(_ window: TensorView, into inner: MutableTensorView) {
        copyInner(from: window, windowSize, \.window, innerColumns.lowerBound, to: inner, innerSize, \.inner, 0)
    }

    /// Writes an inner part to its place in the image.
    package func place(_ inner: TensorView, into image: MutableTensorView) {
        copyInner(from: inner, innerSize, \.inner, 0, to: image, imageSize, \.image, imageColumn)
    }

    /// The image column where the inner part starts.
    private var imageColumn: Int { sourceColumns[innerColumns.lowerBound] }

    /// Copies the rows of the inner part between two of image, window and inner part: for each its size, where a row
    /// starts in it, and at which column of that row.
    private func copyInner(
        from source: TensorView, _ sourceSize: Int, _ sourceRow: KeyPath<Row, Int>, _ sourceColumn: Int,
        to target: MutableTensorView, _ targetSize: Int, _ targetRow: KeyPath<Row, Int>, _ targetColumn: Int
    ) {
        let step = source.type.element.floats
        for plane in 0..<source.floats.count / (sourceSize * step) {
            for row in innerRows {
                let from = (plane * sourceSize + row[keyPath: sourceRow] + sourceColumn) * step
                let to = (plane * targetSize + row[keyPath: targetRow] + targetColumn) * step
                copy(source.floats, from, to: target.floats, to, count: innerColumns.count * step)
            }
        }
    }

    private func copy(
        _ source: UnsafeBufferPointer<Float>, _ from: Int, to target: UnsafeMutableBufferPointer<Float>, _ to: Int,
        count: Int
    ) {
        _ = UnsafeMutableBufferPointer(rebasing: target[to..<to + count])
            .update(fromContentsOf: source[from..<from + count])
    }
}
