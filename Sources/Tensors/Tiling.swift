/// How an image is cut into tiles and put together again.
public enum TileMode: String, Hashable, Sendable, Codable, CaseIterable {
    /// Windows of one size with a reflected border, the last flush with the edge; the inner part of each is pasted.
    /// The geometry of `deepinv.distributed`, for comparison: it leaves seams.
    case paste
    /// The windows of ``paste``, averaged where they overlap with raised-cosine weights.
    case blend
    /// Windows that reach as far as the denoiser does, on its stride grid and clipped at the image border, so that the
    /// result equals that of the whole image.
    case exact
}

/// How far a denoiser looks, and on which grid: all that an exact tiling must know of it.
public struct ReceptiveField: Hashable, Sendable, Codable {
    /// An image must be a multiple of this on each tiled axis, and a window must start on a multiple of it.
    public let stride: Int
    /// Pixels before an output pixel that can change it.
    public let before: Int
    /// Pixels after an output pixel that can change it.
    public let after: Int

    /// A reach in pixels before and after, on a grid.
    public init(stride: Int, before: Int, after: Int) {
        self.stride = stride
        self.before = before
        self.after = after
    }
}

/// One tile: what it reads and what it owns, in pixels of the image.
public struct Tile: Hashable, Sendable {
    /// What is read. It may extend beyond the image, by the tiling's border.
    public let window: Region
    /// What this tile alone contributes when tiles are pasted; the inner parts cover the image without overlap.
    public let inner: Region

    /// The inner part in coordinates of the window.
    public var innerInWindow: Region { inner.shifted(by: window.ranges.map { -$0.lowerBound }) }
}

/// Why an image cannot be cut as asked.
public enum TilingError: Error, Equatable, CustomStringConvertible {
    case rank(image: Int, tiled: Int)
    case size([Int], tiled: Int)
    case tooLarge(tile: Int, extent: Int)
    case halo(Int, extent: Int)
    case tooMany(tile: [Int], limit: Int)

    public var description: String {
        switch self {
        case .rank(let image, let tiled):
            "cannot tile \(tiled) axes of a value that has \(image); tile 2 axes of an image, 3 of a volume"
        case .size(let size, let tiled):
            "tile size \(size) is not usable; give one size of 1 or more, or one for each of the \(tiled) tiled axes"
        case .tooLarge(let tile, let extent):
            "a tile of \(tile) does not fit \(extent) pixels with something left to tile; "
                + "use a tile below \(extent), or the mode 'exact'"
        case .halo(let halo, let extent):
            "an overlap of \(halo) cannot be reflected into \(extent) pixels; use one between 0 and \(extent - 1)"
        case .tooMany(let tile, let limit):
            "tiles of \(tile.map(String.init).joined(separator: " × ")) are more than \(limit); use larger ones"
        }
    }
}

/// A grid of tiles over the last axes of an image (two) or volume (three), in row-major order; batch and channels stay
/// whole.
public struct Tiling: Hashable, Sendable {
    /// How a window is filled where it extends beyond the image.
    public enum Border: Hashable, Sendable {
        /// Mirrored without repeating the edge pixel, as `reflect` of PyTorch.
        case reflect
        /// The edge pixel again.
        case replicate

        /// The pixel of an axis that stands for `index` where that lies beyond it.
        package func source(_ index: Int, extent: Int) -> Int {
            switch self {
            case .replicate:
                return min(max(index, 0), extent - 1)
            case .reflect:
                guard extent > 1 else { return 0 }
                let period = 2 * (extent - 1)
                let folded = ((index % period) + period) % period
                return min(folded, period - folded)
            }
        }
    }

    /// How the image is cut.
    public let mode: TileMode
    /// Extents of the tiled axes.
    public let extents: [Int]
    /// How windows are filled beyond the image.
    public let border: Border
    /// Tiles along each tiled axis.
    public let grid: [Int]
    /// The pieces of each axis; a tile is one of each.
    package let pieces: [[AxisPiece]]
    /// What it was made of.
    let recipe: Recipe

    /// Tiles in all.
    public var count: Int { grid.reduce(1, *) }

    /// Pixels of the image with the border that its windows reach into; no more than `Int.max`.
    package var paddedCount: Int {
        pieces.reduce(1) { product, pieces in
            let first = pieces.map(\.window.lowerBound).min() ?? 0
            let last = pieces.map(\.window.upperBound).max() ?? 0
            let (next, isTooLarge) = product.multipliedReportingOverflow(by: max(last - first, 1))
            return isTooLarge ? Int.max : next
        }
    }

    /// The windows of `paste` and `blend`: an inner tile of `size` with `overlap` pixels on each side, one every
    /// `stride` (default: `size`) pixels, the last flush with the end of the axis.
    public init(
        _ mode: TileMode, extents: [Int], size: [Int], overlap: [Int], stride: [Int]? = nil
    ) throws(TilingError) {
        let sizes = try Tiling.perAxis(size, extents, least: 1)
        let overlaps = try Tiling.perAxis(overlap, extents, least: 0)
        let strides = try Tiling.perAxis(stride ?? size, extents, least: 1)
        try Tiling.checkCount(zip(sizes, strides).map { min($0, $1) }, extents)
        var pieces: [[AxisPiece]] = []
        for axis in extents.indices {
            guard sizes[axis] < extents[axis] else { throw .tooLarge(tile: sizes[axis], extent: extents[axis]) }
            guard overlaps[axis] < extents[axis] else { throw .halo(overlaps[axis], extent: extents[axis]) }
            pieces.append(
                AxisPiece.flush(
                    extent: extents[axis], size: sizes[axis], overlap: overlaps[axis],
                    stride: min(strides[axis], sizes[axis])))
        }
        self.init(
            mode: mode, border: .reflect, pieces: pieces,
            recipe: .windows(mode, extents: extents, size: size, overlap: overlap, stride: stride))
    }

    /// The windows of `exact`: inner tiles of about equal length, at most `size` rounded up to the stride, whose windows
    /// reach as far as the denoiser does.
    public init(exact extents: [Int], size: [Int], reach: ReceptiveField) throws(TilingError) {
        let sizes = try Tiling.perAxis(size, extents, least: 1)
        try Tiling.checkCount(sizes, extents)
        let pieces = zip(extents, sizes).map { AxisPiece.exact(extent: $0, size: $1, reach: reach) }
        self.init(
            mode: .exact, border: .replicate, pieces: pieces, recipe: .exact(extents: extents, size: size, reach: reach)
        )
    }

    private init(mode: TileMode, border: Border, pieces: [[AxisPiece]], recipe: Recipe) {
        self.mode = mode
        extents = recipe.extents
        self.border = border
        self.pieces = pieces
        self.recipe = recipe
        grid = pieces.map(\.count)
    }

    /// The tile of an index, in row-major order of the grid.
    public subscript(_ index: Int) -> Tile {
        let chosen = self.pieces(of: index)
        return Tile(window: Region(chosen.map(\.window)), inner: Region(chosen.map(\.inner)))
    }

    /// The pixels of the image that the window of tile `index` is filled from, its border too.
    public func source(ofWindow index: Int) -> Region {
        let window = self[index].window
        return Region(
            extents.indices.map { axis in
                let inside = window[axis].clamped(to: 0..<extents[axis])
                let read = window[axis].map { border.source($0, extent: extents[axis]) }
                return min(read.min() ?? 0, inside.lowerBound)..<max((read.max() ?? -1) + 1, inside.upperBound)
            })
    }

    /// The tiles whose inner parts the window of tile `index` touches, itself among them, in ascending order: what it
    /// reads when an image lives as tiles.
    public func neighbours(of index: Int) -> [Int] {
        let window = self[index].window.intersection(Region(whole: extents))
        let touched = pieces.indices.map { axis in
            pieces[axis].indices.filter { pieces[axis][$0].inner.overlaps(window[axis]) }
        }
        return touched.enumerated().reduce([0]) { indices, axis in
            indices.flatMap { index in axis.element.map { index * grid[axis.offset] + $0 } }
        }
    }

    /// One piece an axis: those that make up tile `index`.
    package func pieces(of index: Int) -> [AxisPiece] {
        var rest = index
        var chosen: [AxisPiece] = []
        for axis in grid.indices.reversed() {
            chosen.append(pieces[axis][rest % grid[axis]])
            rest /= grid[axis]
        }
        return chosen.reversed()
    }

    /// Refuses what would be more tiles than a graph can have instances, before any is made.
    private static func checkCount(_ steps: [Int], _ extents: [Int]) throws(TilingError) {
        let limit = 1_000_000
        var count = 1
        for (step, extent) in zip(steps, extents) {
            count *= max(1, extent / step)
            guard count <= limit else { throw .tooMany(tile: steps, limit: limit) }
        }
    }

    /// One value for each axis, from one for all or one each.
    private static func perAxis(_ values: [Int], _ extents: [Int], least: Int) throws(TilingError) -> [Int] {
        let spread = values.count == 1 ? Array(repeating: values[0], count: extents.count) : values
        guard spread.count == extents.count, spread.allSatisfy({ $0 >= least }) else {
            throw .size(values, tiled: extents.count)
        }
        return spread
    }
}
