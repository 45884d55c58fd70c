import GraphModel
import Imaging
import Kernels
import Runtime
import Scheduling
import TensorFiles
import Tensors
import TestSupport
import Testing

/// Every rewrite leaves values what they are, and the same for any number of workers.
@Suite("Rewritten graphs", .timeLimit(.minutes(15)))
struct RewriteAgreementTests {
    /// A reconstruction that rewrites of certain rules apply to.
    enum Sample: String, CaseIterable, Sendable {
        case fusedBlurs, kernelsFromFiles, kernelsOfChannels, oneLargeBlur, separateGradients, pastedTiles
        case repeatedNodes

        var rules: Set<String> {
            let (constants, spectra) = ("constants out of the loop", "one spectrum")
            return switch self {
            case .fusedBlurs, .kernelsFromFiles, .kernelsOfChannels: [constants, spectra]
            case .oneLargeBlur, .separateGradients: [constants]
            case .pastedTiles: []
            // Equal gradients are summed alone once they are one.
            case .repeatedNodes: ["equal values once", constants, spectra]
            }
        }

        var blur: Blur {
            switch self {
            case .kernelsFromFiles: Blur([.file(path: "kernel{shard}.npy")])
            case .kernelsOfChannels: Blur([.file(path: "kernels{shard}.npy")])
            case .oneLargeBlur: Blur([.gaussian(sigma: [1.5, 3], angle: 30)])
            case .pastedTiles: Blur([.gaussian(sigma: [1, 1], angle: 0)], padding: .reflect)
            default: Blur([.gaussian(sigma: [1, 1], angle: 0), .gaussian(sigma: [2, 1], angle: 20)])
            }
        }

        func build(_ g: GraphBuilder) {
            g.loop(8)
            let image = g.add("image", Load("image.npy"))
            let shard = g.axis("shard", count: self == .oneLargeBlur ? 1 : 2)
            let y = g.add(
                "y", GaussianNoise(sigma: [0.05], seed: 3), g.add("b", Measure(blur), image, over: shard), over: shard)
            let x = g.state("x", initial: g.add("start", Zeros(), image))
            let gradients = g.add("gradients", DataGradient(blur, sigma: 0.8), x, y, over: shard)
            var z = g.add("z", Descend(step: 0.3), x, g.add("gradient", Sum(), gradients))
            if self == .separateGradients { g.output("gradients", gradients) }
            if self == .repeatedNodes {
                // Twice the same step.
                let again = g.add(
                    "again", Sum(), g.add("gradients-too", DataGradient(blur, sigma: 0.8), x, y, over: shard))
                z = g.add("middle", Scale(0.5), g.add("both", Add(), z, g.add("z-too", Descend(step: 0.3), x, again)))
            }
            let denoiser = Denoiser(weights: "", tvWeight: 0.1, tvIterations: 4)
            let tile = g.tiles(
                "tile", of: z, mode: Setting(self == .pastedTiles ? .paste : .exact), size: 16, overlap: 6,
                denoiser: denoiser)
            let windows = g.add("windows", Crop(), z, over: tile)
            let next = g.add("next", Blend(), g.add("denoised", Denoise(denoiser, sigma: 0.05), windows, over: tile))
            g.next(x, next)
            g.metric(g.add("residual", RelativeChange(), x, next))
            g.output("result", x)
        }

        func job(_ folder: TemporaryFolder, _ rewriting: Rewriting) throws -> Job {
            _ = try folder.image([1, 2, 45, 38])
            for index in 0..<2 {
                let kernel = Tensor.random([5 + 2 * index, 4], in: 0...0.05, seed: UInt64(index + 20))
                try NPY.write(kernel, to: folder.file("kernel\(index).npy"))
                // One blur has a kernel for each channel, the other one for both.
                let shape: Shape = index == 0 ? [1, 2, 5, 4] : [7, 3]
                let kernels = Tensor.random(shape, in: 0...0.05, seed: UInt64(index + 30))
                try NPY.write(kernels, to: folder.file("kernels\(index).npy"))
            }
            return try Job(Graph("sample", summary: "", build), folder: folder.path, rewriting: rewriting)
        }
    }

    @Test("agree with the graph as it is written to 1e-5", arguments: Sample.allCases)
    func agreement(_ sample: Sample) throws {
        let folder = try TemporaryFolder()
        let written = try #require(try sample.job(folder, .none).oracle("result").first)
        let rewritten = try #require(try sample.job(folder, .all).oracle("result").first)
        #expect(relativeDifference(rewritten, reference: written) <= 1e-5)
    }

    @Test("are byte-identical for any number of workers, and rewritten at all", arguments: Sample.allCases)
    func workers(_ sample: Sample) throws {
        let folder = try TemporaryFolder()
        let job = try sample.job(folder, .all)
        let truth = try job.oracle("result")
        for workers in [1, 2, 3, 5] {
            #expect(try job.run("result", workers: workers) == truth, "\(workers) workers")
        }
        #expect(Set(try job.plan(workers: 3).rewrites.map(\.rule)).isSuperset(of: sample.rules))
    }

    @Test("send fewer bytes between workers", arguments: [2, 3, 5])
    func bytes(workers: Int) throws {
        let folder = try TemporaryFolder()
        func sent(_ rewriting: Rewriting) throws -> Int {
            let plan = try Sample.fusedBlurs.job(folder, rewriting).plan(workers: workers)
            return plan.traffic.bytesOut.reduce(0, +)
        }
        #expect(try sent(.all) < sent(.none))
    }
}
