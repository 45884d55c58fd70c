import Foundation
import Tensors
import TestSupport
import Testing

/// One case of `tiles.json`: the geometry that deepinv 0.5.0 chose.
private struct TileCase: Decodable, CustomTestStringConvertible {
    enum OneOrMore: Decodable {
        case one(Int)
        case more([Int])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = try (try? container.decode(Int.self)).map { .one($0) } ?? .more(container.decode([Int].self))
        }

        var values: [Int] {
            switch self {
            case .one(let value): [value]
            case .more(let values): values
            }
        }
    }

    let img_size: [Int]
    let patch_size: OneOrMore
    let overlap: OneOrMore
    let stride: OneOrMore?
    let tiled_dims: [Int]?
    let used_patch_size: OneOrMore?
    let used_overlap: OneOrMore?
    let grid_shape: [Int]?
    let global_slices: [[[Int]]]?
    let crop_slices: [[[Int]]]?
    let target_slices: [[[Int]]]?
    let error: String?

    var testDescription: String { "\(img_size) tile \(patch_size.values) overlap \(overlap.values)" }

    static let all: [TileCase] =
        (try? JSONDecoder().decode(
            [TileCase].self, from: Data(contentsOf: URL(filePath: SharedFiles.goldens.path("tiles.json"))))) ?? []
}

@Suite("Tiling")
struct TilingTests {
    @Test(
        "paste has deepinv's geometry to the index",
        .enabled(if: SharedFiles.goldens.exist, "the fixtures in ../shared/goldens are not here"),
        arguments: TileCase.all)
    private func pasteGeometry(_ sample: TileCase) throws {
        guard sample.error == nil else {
            #expect(throws: TilingError.self) {
                try Tiling(
                    .paste, extents: Array(sample.img_size.suffix(2)), size: sample.patch_size.values,
                    overlap: sample.overlap.values)
            }
            return
        }
        let dims = try #require(sample.tiled_dims)
        let tiling = try Tiling(
            .paste, extents: dims.map { sample.img_size[$0] }, size: try #require(sample.used_patch_size).values,
            overlap: try #require(sample.used_overlap).values, stride: sample.stride?.values)
        #expect(tiling.grid == sample.grid_shape)
        let overlaps = try #require(sample.used_overlap).values
        let pads = dims.indices.map { overlaps.count == 1 ? overlaps[0] : overlaps[$0] }
        let windows = (0..<tiling.count).map { index in
            tiling[index].window.shifted(by: pads).ranges.map { [$0.lowerBound, $0.upperBound] }
        }
        #expect(windows == sample.global_slices)
        let crops = (0..<tiling.count).map { index in
            tiling[index].innerInWindow.ranges.map { [$0.lowerBound, $0.upperBound] }
        }
        #expect(crops == sample.crop_slices)
        let targets = (0..<tiling.count).map { index in
            tiling[index].inner.ranges.map { [$0.lowerBound, $0.upperBound] }
        }
        #expect(targets == sample.target_slices)
    }

    @Test("inner parts cover every pixel once", arguments: TileMode.allCases, [[37, 53], [16, 64], [9, 20, 31]])
    func cover(_ mode: TileMode, _ extents: [Int]) throws {
        let tiling = try sample(mode, extents)
        var hits = [Int](repeating: 0, count: extents.reduce(1, *))
        for tile in (0..<tiling.count).map({ tiling[$0] }) {
            forEachIndex(tile.inner) { hits[flat($0, extents)] += 1 }
        }
        #expect(hits.allSatisfy { $0 == 1 })
    }

    @Test("weights of overlapping windows add up to 1", arguments: TileMode.allCases, [[37, 53], [9, 20, 31]])
    func partition(_ mode: TileMode, _ extents: [Int]) throws {
        let tiling = try sample(mode, extents)
        for axis in extents.indices {
            var total = [Float](repeating: 0, count: extents[axis])
            for piece in tiling.pieces[axis] {
                for (pixel, weight) in zip(piece.window, piece.weights) where weight > 0 { total[pixel] += weight }
            }
            #expect(total.allSatisfy { abs($0 - 1) < 1e-6 })
        }
    }

    @Test("exact windows are aligned, clipped, and reach far enough", arguments: [1, 2, 8], [[767, 511], [96, 40]])
    func exact(_ stride: Int, _ extents: [Int]) throws {
        let reach = ReceptiveField(stride: stride, before: 25, after: 24)
        let tiling = try Tiling(exact: extents, size: [250], reach: reach)
        for tile in (0..<tiling.count).map({ tiling[$0] }) {
            for (axis, extent) in extents.enumerated() {
                let window = tile.window[axis]
                let padded = (extent + stride - 1) / stride * stride
                #expect(window.lowerBound % stride == 0 && window.upperBound % stride == 0)
                #expect(window.lowerBound >= 0 && window.upperBound <= padded)
                #expect(window.lowerBound <= max(0, tile.inner[axis].lowerBound - 25))
                #expect(window.upperBound >= min(padded, tile.inner[axis].upperBound + 24))
                #expect(tile.inner[axis].count <= 256)
            }
        }
    }

    @Test("a tile as large as the image is one tile in exact mode")
    func single() throws {
        let tiling = try Tiling(exact: [45, 61], size: [512], reach: ReceptiveField(stride: 2, before: 25, after: 25))
        #expect(tiling.count == 1)
        #expect(tiling[0].window == Region([0..<46, 0..<62]))
        #expect(tiling[0].inner == Region([0..<45, 0..<61]))
    }

    @Test("neighbours are the tiles whose inner part the window touches")
    func neighbours() throws {
        let tiling = try Tiling(exact: [30, 30], size: [10], reach: ReceptiveField(stride: 1, before: 3, after: 3))
        #expect(tiling.grid == [3, 3])
        #expect(tiling.neighbours(of: 0) == [0, 1, 3, 4])
        #expect(tiling.neighbours(of: 4) == Array(0..<9))
        #expect(tiling.neighbours(of: 5) == [1, 2, 4, 5, 7, 8])
    }

    @Test("mistakes say how to mend them")
    func errors() {
        #expect(throws: TilingError.tooLarge(tile: 48, extent: 48)) {
            try Tiling(.paste, extents: [64, 48], size: [48], overlap: [4])
        }
        #expect(throws: TilingError.halo(48, extent: 48)) {
            try Tiling(.blend, extents: [64, 48], size: [16], overlap: [48])
        }
        #expect(throws: TilingError.size([0], tiled: 2)) {
            try Tiling(exact: [64, 48], size: [0], reach: ReceptiveField(stride: 1, before: 1, after: 1))
        }
        #expect(
            TilingError.tooLarge(tile: 48, extent: 48).description
                == "a tile of 48 does not fit 48 pixels with something left to tile; "
                + "use a tile below 48, or the mode 'exact'")
        #expect(
            TilingError.halo(48, extent: 48).description
                == "an overlap of 48 cannot be reflected into 48 pixels; use one between 0 and 47")
        #expect(
            TilingError.size([0], tiled: 2).description
                == "tile size [0] is not usable; give one size of 1 or more, or one for each of the 2 tiled axes")
    }

    private func sample(_ mode: TileMode, _ extents: [Int]) throws -> Tiling {
        guard mode == .exact else { return try Tiling(mode, extents: extents, size: [8], overlap: [5]) }
        return try Tiling(exact: extents, size: [8], reach: ReceptiveField(stride: 2, before: 5, after: 4))
    }

    private func flat(_ index: [Int], _ extents: [Int]) -> Int {
        zip(index, extents).reduce(0) { $0 * $1.1 + $1.0 }
    }

    private func forEachIndex(_ region: Region, _ body: ([Int]) -> Void) {
        let indices = region.ranges.reduce([[]]) { prefix, range in prefix.flatMap { head in range.map { head + [$0] } }
        }
        indices.forEach(body)
    }
}
