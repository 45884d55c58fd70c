import GraphModel
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Kernels of tiles")
struct TileKernelTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let shape: Shape
        let element: ElementType
        let dimensions: Int

        var testDescription: String { "\(TensorType(shape, element)), \(dimensions) axes cut" }

        var image: Tensor { Tensor.random(shape, element: element, seed: 5) }

        static let all = [
            Sample(shape: [2, 3, 13, 11], element: .float32, dimensions: 2),
            Sample(shape: [1, 2, 12, 10], element: .complex64, dimensions: 2),
            Sample(shape: [1, 2, 7, 9, 11], element: .float32, dimensions: 3),
            Sample(shape: [7, 9, 11], element: .complex64, dimensions: 3),
            Sample(shape: [3, 17], element: .float32, dimensions: 1),
        ]
    }

    /// Total variation of three iterations looks two pixels far.
    static let denoiser = Denoiser(weights: "", tvWeight: 0.1, tvIterations: 3)

    private static func tiles(
        _ g: GraphBuilder, _ image: Value, _ mode: TileMode, _ sample: Sample
    ) -> AxisHandle {
        g.tiles(
            "tile", of: image, mode: Setting(mode), size: 4, overlap: 2, denoiser: denoiser,
            dimensions: sample.dimensions)
    }

    /// The tiling that the graph makes of a sample.
    private func tiling(_ mode: TileMode, _ sample: Sample) throws -> Tiling {
        let extents = sample.shape.trailing(sample.dimensions)
        guard mode == .exact else { return try Tiling(mode, extents: extents, size: [4], overlap: [2]) }
        return try Tiling(exact: extents, size: [4], reach: ReceptiveField(stride: 1, before: 2, after: 2))
    }

    /// A box of `image` over its last axes, pixel by pixel; beyond the image by the tiling's border.
    private func box(_ image: Tensor, _ region: Region, _ border: Tiling.Border) -> Tensor {
        let extents = image.shape.trailing(region.ranges.count)
        let planes = image.shape.count / max(extents.reduce(1, *), 1)
        let step = image.type.element.floats
        let indices = region.ranges.reduce([[]]) { heads, range in heads.flatMap { head in range.map { head + [$0] } } }
        var values: [Float] = []
        for plane in 0..<planes {
            for index in indices {
                let inside = zip(index, extents).map { pixel, extent -> Int in
                    guard border == .reflect else { return min(max(pixel, 0), extent - 1) }
                    return pixel < 0 ? -pixel : pixel >= extent ? 2 * (extent - 1) - pixel : pixel
                }
                let flat = zip(inside, extents).reduce(plane) { $0 * $1.1 + $1.0 }
                values += image.values[flat * step..<(flat + 1) * step]
            }
        }
        return Tensor(TensorType(image.shape.replacingTrailing(region.extents), image.type.element), values)
    }

    @Test("crop and trim cut what the tiling says", arguments: TileMode.allCases, Sample.all)
    func cut(_ mode: TileMode, _ sample: Sample) throws {
        let image = sample.image
        let tiling = try tiling(mode, sample)
        let result = try KernelEvaluation(["image": image]) { g in
            let image = g.load("image")
            let tile = Self.tiles(g, image, mode, sample)
            _ = g.keep("inner", Trim(), g.keep("window", Crop(), image, over: tile), over: tile)
        }
        #expect(tiling.count > 1)
        for index in 0..<tiling.count {
            #expect(result["window[\(index)]"] == box(image, tiling[index].window, tiling.border))
            #expect(result["inner[\(index)]"] == box(image, tiling[index].inner, tiling.border))
        }
    }

    @Test("what is cut and put together is the image again", arguments: TileMode.allCases, Sample.all)
    func identity(_ mode: TileMode, _ sample: Sample) throws {
        let image = sample.image
        let result = try KernelEvaluation(["image": image]) { g in
            let image = g.load("image")
            let tile = Self.tiles(g, image, mode, sample)
            let windows = g.keep("windows", Crop(), image, over: tile)
            _ = g.keep("blended", Blend(), windows)
            _ = g.keep("assembled", Assemble(), g.keep("inner", Trim(), windows, over: tile))
        }
        #expect(result["assembled"] == image)
        if mode == .blend {
            // Weights add up to 1 to rounding.
            #expect(maxDifference(result["blended"], image) <= 1e-6)
        } else {
            #expect(result["blended"] == image)
        }
    }

    @Test(
        "windows that differ are averaged by blend, and their inner parts pasted by the others",
        arguments: TileMode.allCases)
    func differing(_ mode: TileMode) throws {
        let sample = Sample.all[0]
        let tiling = try tiling(mode, sample)
        let windows = (0..<tiling.count).map { index in
            Tensor.random(sample.shape.replacingTrailing(tiling[index].window.extents), seed: UInt64(index))
        }
        var tensors = Dictionary(uniqueKeysWithValues: windows.enumerated().map { ("w\($0)", $1) })
        tensors["image"] = sample.image
        let result = try KernelEvaluation(tensors) { g in
            let tile = Self.tiles(g, g.load("image"), mode, sample)
            _ = g.keep("blended", Blend(), g.keep("w", Load("w{tile}.npy", as: .array), over: tile))
        }
        var expected = [Double](repeating: 0, count: sample.shape.count)
        let (height, width) = (sample.shape[2], sample.shape[3])
        for (index, window) in windows.enumerated() {
            let (tile, pieces) = (tiling[index], tiling.pieces(of: index))
            for plane in 0..<6 {
                for (i, row) in tile.window[0].enumerated() where (0..<height).contains(row) {
                    for (j, column) in tile.window[1].enumerated() where (0..<width).contains(column) {
                        let owned = tile.inner[0].contains(row) && tile.inner[1].contains(column)
                        let weight =
                            mode == .blend ? Double(pieces[0].weights[i] * pieces[1].weights[j]) : owned ? 1 : 0
                        let value = window.values[(plane * tile.window[0].count + i) * tile.window[1].count + j]
                        expected[(plane * height + row) * width + column] += weight * Double(value)
                    }
                }
            }
        }
        #expect(maxDifference(result["blended"], Tensor(sample.shape, expected.map { Float($0) })) <= 1e-6)
    }

    @Test("windows exchanged between neighbours are those cut from the whole image", arguments: Sample.all)
    func exchange(_ sample: Sample) throws {
        let result = try KernelEvaluation(["image": sample.image]) { g in
            let image = g.load("image")
            let tile = Self.tiles(g, image, .exact, sample)
            let windows = g.keep("windows", Crop(), image, over: tile)
            _ = g.keep("exchanged", HaloExchange(), g.keep("inner", Trim(), windows, over: tile), over: tile)
        }
        for index in 0..<(try tiling(.exact, sample)).count {
            #expect(result["exchanged[\(index)]"] == result["windows[\(index)]"])
        }
    }

    @Test("exact tiles give the denoiser's result on the whole image, bit for bit")
    func denoise() throws {
        let image = Tensor.random([1, 2, 21, 18], in: 0...1, seed: 6)
        let result = try KernelEvaluation(["image": image]) { g in
            let image = g.load("image")
            let denoise = Denoise(Denoiser(weights: "", tvWeight: 2.0, tvIterations: 5), sigma: 0.1)
            let tile = g.tiles(
                "tile", of: image, mode: Setting(.exact), size: 6, overlap: 0, denoiser: denoise.denoiser)
            let windows = g.keep("windows", Crop(), image, over: tile)
            _ = g.keep("tiled", Blend(), g.keep("denoised", denoise, windows, over: tile))
            _ = g.keep("whole", denoise, image)
        }
        #expect(result["whole"] != image)
        #expect(result["tiled"] == result["whole"])
    }
}
