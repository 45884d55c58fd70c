internal import Tensors

/// Pixels ready for a surface: a tensor made visible, at the size it is shown.
struct Raster: Equatable {
    let width: Int
    let height: Int
    /// Row by row from the top, each `0x00RRGGBB`.
    let pixels: [UInt32]

    /// How large an image is shown.
    enum Size: Equatable {
        /// Every pixel becomes a square of this many pixels a side: 1 shows the image as it is.
        case enlarged(Int)
        /// Sides are multiplied by this, below 1; a pixel becomes the mean of those it covers.
        case shrunk(Double)

        /// Pixels shown for so many of the image; at least one.
        func shown(_ extent: Int) -> Int {
            switch self {
            case .enlarged(let factor): extent * factor
            case .shrunk(let factor): max(1, Int((Double(extent) * factor).rounded()))
            }
        }
    }

    init(_ image: VisibleImage, _ size: Size) {
        let (shownWidth, shownHeight) = (size.shown(image.width), size.shown(image.height))
        let columns = Raster.windows(shownWidth, size, of: image.width)
        let rows = Raster.windows(shownHeight, size, of: image.height)
        let channels = image.channels.map { Raster.resampled($0, width: image.width, columns, rows) }
        pixels = (0..<shownWidth * shownHeight).map { pixel in
            let red = Raster.sample(channels[0][pixel])
            // A gray image shows its one channel three times.
            let green = channels.count == 3 ? Raster.sample(channels[1][pixel]) : red
            let blue = channels.count == 3 ? Raster.sample(channels[2][pixel]) : red
            return red << 16 | green << 8 | blue
        }
        width = shownWidth
        height = shownHeight
    }

    /// The part of a row or column that one shown pixel covers: its first pixel, and the weight of each.
    private struct Window {
        let start: Int
        let weights: [Float]
    }

    private static func windows(_ count: Int, _ size: Size, of extent: Int) -> [Window] {
        guard case .shrunk = size else {
            return (0..<count).map { Window(start: $0 * extent / count, weights: [1]) }
        }
        let ratio = Double(extent) / Double(count)
        return (0..<count).map { index in
            let (from, to) = (Double(index) * ratio, Double(index + 1) * ratio)
            let start = min(Int(from), extent - 1)
            let end = min(max(Int(to.rounded(.up)), start + 1), extent)
            let covered = (start..<end).map { max(min(Double($0 + 1), to) - max(Double($0), from), 0) }
            let sum = covered.reduce(0, +)
            return Window(start: start, weights: covered.map { Float($0 / sum) })
        }
    }

    /// The columns of every row first, then the rows.
    private static func resampled(_ plane: [Float], width: Int, _ columns: [Window], _ rows: [Window]) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(columns.count * rows.count)
        for row in rows {
            var line = [Float](repeating: 0, count: width)
            for (offset, weight) in row.weights.enumerated() {
                let start = (row.start + offset) * width
                for column in 0..<width { line[column] += weight * plane[start + column] }
            }
            for column in columns {
                var sum: Float = 0
                for (offset, weight) in column.weights.enumerated() { sum += weight * line[column.start + offset] }
                result.append(sum)
            }
        }
        return result
    }

    private static func sample(_ value: Float) -> UInt32 {
        UInt32((min(max(value, 0), 1) * 255).rounded())
    }
}
