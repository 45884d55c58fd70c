extension Tiling {
    /// What a tiling is made of, which is less than its pieces.
    enum Recipe: Hashable, Sendable, Codable {
        case windows(TileMode, extents: [Int], size: [Int], overlap: [Int], stride: [Int]?)
        case exact(extents: [Int], size: [Int], reach: Reach)

        var extents: [Int] {
            switch self {
            case .windows(_, let extents, _, _, _), .exact(let extents, _, _): extents
            }
        }
    }
}

extension Tiling: Codable {
    public init(from decoder: any Decoder) throws {
        let recipe = try Recipe(from: decoder)
        func refused(_ why: String) -> DecodingError {
            .dataCorrupted(DecodingError.Context(codingPath: decoder.codingPath, debugDescription: why))
        }
        guard Shape(validating: recipe.extents) != nil, !recipe.extents.isEmpty, !recipe.extents.contains(0) else {
            throw refused("an image of \(recipe.extents) has no tiles")
        }
        do throws(TilingError) {
            switch recipe {
            case .windows(let mode, let extents, let size, let overlap, let stride):
                try self.init(mode, extents: extents, size: size, overlap: overlap, stride: stride)
            case .exact(let extents, let size, let reach):
                guard reach.stride >= 1, reach.before >= 0, reach.after >= 0, reach.stride <= 1 << 20 else {
                    throw .size(size, tiled: extents.count)
                }
                try self.init(exact: extents, size: size, reach: reach)
            }
        } catch {
            throw refused(error.description)
        }
    }

    public func encode(to encoder: any Encoder) throws { try recipe.encode(to: encoder) }
}
