public import Tensors

/// An index that nodes are repeated over.
public struct Axis: Hashable, Sendable {
    /// Where its extent comes from.
    public enum Extent: Hashable, Sendable {
        case count(Setting<Int>)
        case tiles(TileAxis)
    }

    /// Its name, such as `shard`.
    public let name: String
    /// How many instances it has, or what tells.
    public let extent: Extent
    package let location: SourceLocation?

    package init(_ name: String, _ extent: Extent, location: SourceLocation? = nil) {
        self.name = name
        self.extent = extent
        self.location = location
    }
}

/// The tiles that a value is cut into.
public struct TileAxis: Sendable {
    /// Id of the node whose value is cut.
    public let of: String
    /// How the value is cut.
    public let mode: Setting<TileMode>
    /// Length of a tile without its halo, in pixels; at least the image's for an untiled run.
    public let size: Setting<Int>
    /// Halo of `paste` and `blend` tiles, in pixels; `exact` derives its own.
    public let overlap: Setting<Int>
    /// What the windows of `exact` tiles are for.
    public let denoiser: any HasReceptiveField
    /// Axes that are cut, counted from the last: 2 for images, 3 for volumes.
    public let dimensions: Int

    /// The tiles of a value of the given shape.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it cannot be cut so.
    func tiling(of shape: Shape, _ files: FileFacts) throws(GraphError) -> Tiling {
        let reach = mode.value == .exact ? try denoiser.checkedField(for: shape, files) : nil
        do throws(TilingError) {
            guard shape.rank >= dimensions, dimensions >= 1 else {
                throw .rank(image: shape.rank, tiled: dimensions)
            }
            let extents = shape.trailing(dimensions)
            if let reach { return try Tiling(exact: extents, size: [size.value], reach: reach) }
            return try Tiling(mode.value, extents: extents, size: [size.value], overlap: [overlap.value])
        } catch {
            throw .rule(error.description)
        }
    }
}

extension TileAxis: Hashable {
    public static func == (left: TileAxis, right: TileAxis) -> Bool {
        left.of == right.of && left.mode == right.mode && left.size == right.size && left.overlap == right.overlap
            && AnyHashable(left.denoiser) == AnyHashable(right.denoiser) && left.dimensions == right.dimensions
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(of)
        hasher.combine(AnyHashable(denoiser))
    }
}

extension TileMode: ParameterType {}
