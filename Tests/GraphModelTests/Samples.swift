import GraphModel
import Kernels
import Tensors
import TestSupport

/// Files that the graphs of these tests refer to.
let sampleFiles = FileFacts([
    FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 12, 10])),
    FileReference("wide.npy", .tensor): .tensor(TensorType([1, 1, 12, 14])),
    FileReference("colour.npy", .tensor): .tensor(TensorType([1, 3, 12, 10])),
    FileReference("complex.npy", .tensor): .tensor(TensorType([1, 1, 12, 10], .complex64)),
    FileReference("plane.npy", .tensor): .tensor(TensorType([12, 10])),
    FileReference("vector.npy", .tensor): .tensor(TensorType([12])),
    FileReference("volume.npy", .tensor): .tensor(TensorType([1, 1, 6, 12, 10])),
    FileReference("empty.npy", .tensor): .tensor(TensorType([1, 1, 0, 10])),
    FileReference("kernel.npy", .tensor): .tensor(TensorType([5, 5])),
    FileReference("kernels.npy", .tensor): .tensor(TensorType([3, 5, 4])),
    FileReference("kernels0.npy", .tensor): .tensor(TensorType([1, 3, 5, 4])),
    FileReference("kernels1.npy", .tensor): .tensor(TensorType([1, 1, 2, 7])),
    FileReference("y0.npy", .tensor): .tensor(TensorType([1, 1, 12, 10])),
    FileReference("y1.npy", .tensor): .tensor(TensorType([1, 1, 12, 14])),
    FileReference("part0.npy", .tensor): .tensor(TensorType([1, 1, 12, 5])),
    FileReference("part1.npy", .tensor): .tensor(TensorType([1, 1, 12, 5], .complex64)),
    FileReference("weights.safetensors", .weights): .weights([:]),
    FileReference("dncnn.safetensors", .weights): .weights(SampleNetworks.dncnn(channels: 1, features: 8, depth: 4)),
    FileReference("drunet.safetensors", .weights): .weights(
        SampleNetworks.drunet(channels: 1, widths: [8, 8, 8, 8], blocks: 1)),
    FileReference("bundled:graphrun-color", .weights): .weights(
        SampleNetworks.unet(channels: 3, widths: [8], blocks: [1])),
    FileReference("bundled:graphrun-gray", .weights): .weights(
        SampleNetworks.unet(channels: 1, widths: [8], blocks: [1])),
    FileReference("five.npy", .tensor): .tensor(TensorType([1, 5, 12, 10])),
])

/// The denoiser whose weights are `name.safetensors` of ``sampleFiles``.
func network(_ name: String) -> Denoiser {
    Denoiser(weights: Setting("\(name).safetensors"), tvWeight: 0.1, tvIterations: 1)
}

let totalVariation = Denoiser(weights: "", tvWeight: 0.1, tvIterations: 3)

/// A blur that needs no file.
let gaussian = Blur([.gaussian(sigma: [1, 1], angle: 0)])

extension GraphBuilder {
    /// The image that most samples begin with.
    func image(_ path: String = "image.npy") -> Value {
        add("image", Load(Setting(path)))
    }

    /// Tiles of `value`, 6 × 6 at most and as far-reaching as ``totalVariation``.
    func sampleTiles(
        of value: Value, mode: TileMode = .exact, size: Int = 6, overlap: Int = 2, dimensions: Int = 2,
        denoiser: Denoiser = totalVariation
    ) -> AxisHandle {
        tiles(
            "tile", of: value, mode: Setting(mode), size: Setting(size), overlap: Setting(overlap),
            denoiser: denoiser, dimensions: dimensions)
    }
}

/// What is wrong with the graph that `build` declares: every message without its place.
func mistakes(_ build: (GraphBuilder) -> Void, settings: Overrides = [:]) -> [String] {
    do throws(GraphError) {
        _ = try Graph("sample", summary: "", settings: settings, build).expand(sampleFiles)
        return []
    } catch {
        guard case .problems(let problems) = error else { return ["not a list of problems: \(error)"] }
        return problems.map(\.message)
    }
}

/// The instances of a graph without mistakes.
func expansion(_ build: (GraphBuilder) -> Void) throws -> Expansion {
    try Graph("sample", summary: "", build).expand(sampleFiles)
}

/// A small PnP graph with an example of every sort of edge, axis, state, parameter and result.
func everything(_ g: GraphBuilder) {
    g.loop(g.integer("iterations", 4, in: 1...100, "how often"))
    let step = g.number("step", 0.5, in: 0...2, unit: "of the image", "step size")
    let mode = g.choice("mode", TileMode.exact, "how tiles are cut")
    let path = g.path("image", "image.npy", "the image")
    _ = g.option("blurs", 2)
    let truth = g.add("truth", Load(path))
    let shard = g.axis("shard", count: 2)
    let blurred = g.add("blurred", Measure(gaussian), truth, over: shard)
    let y = g.add("y", GaussianNoise(sigma: [0.1, 0.2], seed: 1), blurred, over: shard)
    let start = g.add("start", Zeros(), truth)
    let tile = g.tiles(
        "tile", of: start, mode: mode, size: 6, overlap: 2, denoiser: totalVariation)
    let first = g.add("first", Crop(), start, over: tile)
    let inner = g.state("inner", initial: g.add("first-inner", Trim(), first, over: tile), over: tile)
    let x = g.add("x", Assemble(), inner)
    let gradients = g.add("gradients", DataGradient(gaussian), x, y, over: shard)
    let gradient = g.add("gradient", Sum(), gradients)
    let steps = g.add("steps", Trim(), g.add("windows", Crop(), gradient, over: tile), over: tile)
    let z = g.add("z", Descend(step: step), inner, steps, over: tile)
    let exchanged = g.add("exchanged", HaloExchange(), z, over: tile)
    let denoised = g.add("denoised", Denoise(totalVariation, sigma: 0.05), exchanged, over: tile)
    g.next(inner, g.add("next", Trim(), denoised, over: tile))
    g.metric(g.add("psnr", PSNR(), x, truth))
    g.output("result", g.add("result", Scale(1.0), x))
    g.output("measurement", y)
}
