import GraphModel
import Imaging
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Costs")
struct CostTests {
    /// The instances of the graph that `build` declares, by id.
    private func costs(_ build: (GraphBuilder) -> Void) throws -> [ValueID: Cost] {
        let expansion = try Graph("sample", summary: "", build).expand(sampleFiles)
        return Dictionary(uniqueKeysWithValues: expansion.instances.map { ($0.id, $0.cost) })
    }

    @Test("hold sorts of work that add up to no more than all operations")
    func sorts() throws {
        let costs = try costs { g in
            let image = g.image()
            let shard = g.axis("shard", count: 2)
            let blurred = g.add("blurred", Measure(gaussian), image, over: shard)
            let y = g.add("y", GaussianNoise(sigma: [0.1], seed: 1), blurred, over: shard)
            let gradients = g.add("gradients", DataGradient(gaussian), image, y, over: shard)
            let z = g.add("z", Descend(step: 1.0), image, g.add("gradient", Sum(), gradients))
            let wide = Blur([.file(path: "kernel.npy")], padding: .reflect)
            g.output("wide", g.add("wide", Measure(wide), image))
            let tile = g.sampleTiles(of: z)
            let windows = g.add("windows", Crop(), z, over: tile)
            let denoised = g.add("denoised", Denoise(totalVariation, sigma: 0.1), windows, over: tile)
            let next = g.add("next", Blend(), denoised)
            g.output("network", g.add("network", Denoise(network("drunet"), sigma: 0.1), image))
            g.output("next", next)
            g.metric(g.add("psnr", PSNR(), next, image))
            g.metric(g.add("ssim", SSIM(), next, image))
            g.metric(g.add("change", RelativeChange(), image, next))
        }
        #expect(costs.count > 12)
        for (id, cost) in costs {
            let numbers = [cost.operations, cost.bytes] + cost.work.values
            #expect(numbers.allSatisfy { $0.isFinite && $0 >= 0 }, "\(id)")
            #expect(cost.work.values.reduce(0, +) <= cost.operations * (1 + 1e-12), "\(id)")
        }
        #expect(costs["gradients[0]"]?.operations ?? 0 > 2 * (costs["blurred[0]"]?.operations ?? .infinity))
        #expect(costs["denoised[0]"]?.work.isEmpty == false)
        #expect(costs["windows[0]"]?.operations == 0, "a plan cuts before it sends what only copies")
    }

    @Test("of networks are those of their layers, by channels and method")
    func networks() throws {
        let shapes = SampleNetworks.drunet(channels: 1, widths: [32, 64, 64, 64], blocks: 1)
        let network = try Network.recognise(shapes)
        let files = FileFacts([
            FileReference("image.npy", .tensor): .tensor(TensorType([2, 1, 64, 96])),
            FileReference("net.safetensors", .weights): .weights(shapes),
        ])
        func cost(_ choice: ConvolutionChoice) throws -> Cost? {
            let denoiser = Denoiser(
                weights: "net.safetensors", tvWeight: 0.1, tvIterations: 1, convolutions: Setting(choice))
            return try Graph("sample", summary: "") { g in
                g.output("result", g.add("result", Denoise(denoiser, sigma: 0.1), g.image()))
            }.expand(files).instances.last?.cost
        }
        let direct = try #require(try cost(.direct))
        let all = 2 * network.floatingPointOperations(height: 64, width: 96)
        #expect(abs(direct.operations - all) < 1e-9 * all)
        #expect(abs(direct.work.values.reduce(0, +) - all) < 1e-9 * all)
        #expect(Set(direct.work.keys) == Set([1, 2, 32, 64].map { .convolution(channels: $0, .direct) }))
        let winograd = try #require(try cost(.winograd))
        // The first, the last and those between scales are computed directly.
        #expect(winograd.work[.convolution(channels: 1, .direct)] == direct.work[.convolution(channels: 1, .direct)])
        let wide = winograd.work[.convolution(channels: 64, .winograd)] ?? 0
        let rest = winograd.work[.convolution(channels: 64, .direct)] ?? 0
        #expect(wide > 0 && rest > 0 && wide > rest)
        #expect(try cost(.auto)?.work[.convolution(channels: 64, .auto)] == wide)
    }

    @Test("of blurs are those of transforms where kernels are large, and of sums where they are small")
    func blurs() throws {
        let costs = try costs { g in
            let image = g.image()
            g.output("small", g.add("small", Measure(gaussian), image))
            let large = Blur([.gaussian(sigma: [3, 9], angle: 30)], padding: .constant)
            g.output("large", g.add("large", Measure(large), image))
        }
        #expect(costs["small"]?.work.keys.first == .loops(parts: 12))
        #expect(costs["large"]?.work.keys.first == .transform)
    }
}
