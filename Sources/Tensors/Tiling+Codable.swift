extension Tiling {
    /// What a tiling is made of, which is less than its pieces.
    enum Recipe: Hashable, Sendable, Codable {
        case windows(TileMode, extents: [Int], size: [Int], overlap: [Int], stride: [Int]?)
        case exact(extents: [Int], size: [Int], reach: ReceptiveField)

        var extents: [Int] {
            switch self {
            case .windows(_, let extents, _, _, _), .exact(let extents, _, _): extents
            }
        }

        /// More pixels than an axis has, and than all its windows have.
        private static let mostPixels = 1 << 24
        private static let mostWindowPixels = 1 << 24
        private static let mostAxes = 4

        /// Whether it can be made at all: it may have come from elsewhere.
        var isSmallEnough: Bool {
            let (sizes, steps, overlap): ([Int], [Int], Int) =
                switch self {
                case .windows(_, _, let size, let overlap, let stride): (size, stride ?? size, overlap.max() ?? 0)
                case .exact(_, let size, let reach): (size, size, max(reach.before, reach.after))
                }
            let limits = 0...Recipe.mostPixels
            guard !extents.isEmpty, extents.count <= Recipe.mostAxes,
                extents.allSatisfy({ limits.contains($0) && $0 > 0 }), overlap >= 0,
                steps.allSatisfy({ $0 > 0 }), !sizes.isEmpty
            else { return false }
            return extents.allSatisfy { extent in
                let step = min(steps.min() ?? 1, extent)
                let window = min(sizes.max() ?? 1, extent) + 2 * min(overlap, extent)
                return (extent / step + 1) * window <= Recipe.mostWindowPixels
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
        guard recipe.isSmallEnough else {
            throw refused("an image of \(recipe.extents) is not cut into tiles like that")
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
