import Foundation
import GraphModel
import Kernels
import Runtime
import TensorFiles
import Tensors
import TestSupport
import Testing

/// The whole iteration against deepinv's.
@Suite(
    "PnP trajectory", .timeLimit(.minutes(30)),
    .enabled(if: SharedFiles.goldens.exist && SharedFiles.data.exist, "the fixtures in ../shared are not here"))
struct TrajectoryTests {
    /// `pnp` on measurements from files, as `graphs emit --set measurements=…` makes it.
    private func job(
        _ prefix: String, truth: String, _ settings: [String: String], iterations: Int, rewriting: Rewriting = .all
    ) throws -> Job {
        let tile = settings["tile"].flatMap { Int($0) } ?? 1_000_000
        let overlap = settings["overlap"].flatMap { Int($0) } ?? 0
        let mode = settings["tiles"].flatMap { TileMode(rawValue: $0) } ?? .exact
        let graph = try Graph("pnp", summary: "") { g in
            let blur = Blur([
                .gaussian(sigma: [1, 1], angle: 0), .gaussian(sigma: [2, 2], angle: 0),
                .gaussian(sigma: [1.5, 3], angle: 30),
            ])
            let denoiser = Denoiser(
                weights: Setting(SharedFiles.data.path("ffdnet_color.safetensors")), tvWeight: 1, tvIterations: 1)
            let shard = g.axis("shard", count: 3)
            let truth = g.add("truth", Load(Setting(truth)))
            let y = g.add("y", Load(Setting(SharedFiles.goldens.path("\(prefix){shard}.npy"))), over: shard)
            let x = g.state("x", initial: g.add("start", Zeros(), truth))
            let gradient = g.add("gradient", Sum(), g.add("gradients", DataGradient(blur), x, y, over: shard))
            let z = g.add("z", Descend(step: 0.5), x, gradient)
            let tile = g.tiles(
                "tile", of: z, mode: Setting(mode), size: Setting(tile), overlap: Setting(overlap), denoiser: denoiser)
            let windows = g.add("windows", Crop(), z, over: tile)
            let denoised = g.add("denoised", Denoise(denoiser, sigma: 0.05), windows, over: tile)
            let next = g.add("next", Blend(), denoised)
            g.next(x, next)
            g.loop(Setting(iterations))
            g.metric(g.add("psnr", PSNR(), next, truth))
            g.output("result", x)
        }
        return try Job(graph, rewriting: rewriting)
    }

    private func psnr(_ result: RunResult) -> [Float] {
        result.records.filter { $0.iteration > 0 }.compactMap { $0.metrics["psnr"] }
    }

    @Test(
        "iterates of the small job", arguments: [(1, 1e-4), (5, 1e-4), (20, 1e-3)] as [(Int, Float)],
        Rewriting.allCases)
    func iterates(_ sample: (iteration: Int, tolerance: Float), rewriting: Rewriting) throws {
        let (iteration, tolerance) = sample
        let job = try job(
            "pnp_y", truth: SharedFiles.goldens.path("pnp_clean.npy"), [:], iterations: iteration,
            rewriting: rewriting)
        let result = try #require(try job.run("result", workers: 2).first)
        let golden = try NPY.read(SharedFiles.goldens.path("pnp_x\(iteration).npy"))
        #expect(relativeDifference(result, reference: golden) <= tolerance)
    }

    @Test("PSNR and last iterate of the small job, whole and pasted")
    func small() throws {
        struct Expected: Decodable {
            let psnr_whole: [Float]
            let psnr_tiled: [Float]
        }
        let data = try Data(contentsOf: URL(filePath: SharedFiles.goldens.path("pnp.json")))
        let expected = try JSONDecoder().decode(Expected.self, from: data)
        let clean = SharedFiles.goldens.path("pnp_clean.npy")
        let whole = psnr(try job("pnp_y", truth: clean, [:], iterations: 20).run(workers: 1, threads: 2))
        #expect(zip(whole, expected.psnr_whole).allSatisfy { abs($0 - $1) <= 1e-3 } && whole.count == 20)
        let paste = try job(
            "pnp_y", truth: clean, ["tiles": "paste", "tile": "64", "overlap": "32"], iterations: 20)
        let pasted = try paste.run(workers: 2)
        #expect(zip(psnr(pasted), expected.psnr_tiled).allSatisfy { abs($0 - $1) <= 1e-3 })
        let golden = try NPY.read(SharedFiles.goldens.path("pnp_tiled_x20.npy"))
        let result = try #require(pasted.kept.values.first)
        #expect(relativeDifference(result, reference: golden) <= 1e-3)
    }

    struct PhotographSample: Decodable {
        let untiled: [Float]
        let tiled: [Float]
    }

    @Test("the photograph at full size, whole and pasted", arguments: [false, true])
    func photograph(pasted: Bool) throws {
        let data = try Data(contentsOf: URL(filePath: SharedFiles.goldens.path("seed_job.json")))
        let expected = try JSONDecoder().decode(PhotographSample.self, from: data)
        let job = try job(
            "seed_y", truth: SharedFiles.data.path("images/seed_102061_767x512.png"),
            pasted ? ["tiles": "paste", "tile": "256", "overlap": "64"] : [:], iterations: pasted ? 6 : 20)
        let result = try job.run(workers: 1, threads: 2)
        let own = psnr(result)
        let reference = pasted ? expected.tiled : expected.untiled
        #expect(own.count == (pasted ? 6 : 20))
        let apart = zip(own, reference).map { abs($0 - $1) }.max() ?? .infinity
        #expect(apart <= 0.02)
        print("photograph, \(pasted ? "paste 256 + 2·64" : "whole"): PSNR within \(apart) dB of the reference's")
        guard !pasted else { return }
        let golden = try NPY.read(SharedFiles.goldens.path("seed_x20.npy"))
        let last = relativeDifference(try #require(result.kept.values.first), reference: golden)
        #expect(last <= 1e-3)
        print("photograph, whole: last iterate within \(last) of the reference's")
    }
}
