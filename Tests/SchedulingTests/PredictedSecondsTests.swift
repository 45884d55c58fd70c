import GraphModel
import Kernels
import Scheduling
import Tensors
import TestSupport
import Testing

/// Does the steps of an iteration on workers and links of given speeds: how long they take.
private struct TimedReplay {
    private let plan: Plan
    private let links: Links
    private var clocks: [Double]
    private var next: [Int]
    private var sendsUntil: [Double]
    private var receivesUntil: [Double]
    /// When what a transfer brings is there.
    private var arrivals: [TransferID: Double] = [:]

    init(_ plan: Plan, links: Links) {
        self.plan = plan
        self.links = links
        clocks = plan.workers.map { _ in 0 }
        next = plan.workers.map { _ in 0 }
        (sendsUntil, receivesUntil) = (clocks, clocks)
    }

    /// Seconds from the beginning of the iteration to the end of the last worker's steps.
    mutating func run() -> Double {
        while let worker = plan.workers.indices.filter(canStep).min(by: { clocks[$0] < clocks[$1] }) { step(worker) }
        #expect(plan.workers.indices.allSatisfy { next[$0] == plan.workers[$0].body.count }, "somebody waits for ever")
        return clocks.max() ?? 0
    }

    private func canStep(_ worker: Int) -> Bool {
        guard next[worker] < plan.workers[worker].body.count else { return false }
        guard case .receive(let transfer) = plan.workers[worker].body[next[worker]] else { return true }
        return arrivals[transfer] != nil
    }

    private mutating func step(_ worker: Int) {
        switch plan.workers[worker].body[next[worker]] {
        case .receive(let transfer): clocks[worker] = max(clocks[worker], arrivals[transfer] ?? .infinity)
        case .compute(let instance, _, _): clocks[worker] += plan.expansion[instance].map(plan.predictedSeconds) ?? .nan
        case .copy(let source, _):
            clocks[worker] += 2 * 4 * Double(source.range.count) / plan.workers[worker].worker.speeds.memory
        case .send(let number, _):
            // By a thread of its own: the worker computes on.
            let transfer = plan.transfers[number]
            let link = links[transfer.from, transfer.to]
            let begin = max(clocks[worker], sendsUntil[transfer.from], receivesUntil[transfer.to])
            let end = begin + Double(transfer.byteCount) / link.bandwidth
            (sendsUntil[transfer.from], receivesUntil[transfer.to]) = (end, end)
            arrivals[number] = end + link.latency
        case .pack, .awaitSent, .grantCredit, .report, .keep: break
        }
        next[worker] += 1
    }
}

@Suite("Seconds that are foretold")
struct PredictedSecondsTests {
    /// A loop of shards, a sum, and tiles that read their neighbours.
    private func expansion(_ shards: Int, _ tile: Int) throws -> Expansion {
        let files = FileFacts([FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 256, 192]))])
        return try Graph("loop", summary: "") { g in
            let image = g.add("image", Load("image.npy"))
            let x = g.state("x", initial: image)
            let shards = g.add("shards", Scale(0.1), x, over: g.axis("shard", count: Setting(shards)))
            let z = g.add("z", Sum(), shards)
            let denoiser = Denoiser(weights: "", tvWeight: 0.1, tvIterations: 3)
            let tile = g.tiles(
                "tile", of: z, mode: Setting(.exact), size: Setting(tile), overlap: 0, denoiser: denoiser)
            let windows = g.add("windows", Crop(), z, over: tile)
            let next = g.add("next", Blend(), g.add("denoised", Denoise(denoiser, sigma: 0.1), windows, over: tile))
            g.next(x, next)
            g.output("result", next)
            g.loop(5)
        }.expand(files)
    }

    @Test(
        "are those of the plan's steps at the same speeds", arguments: [1, 2, 3, 8],
        [Link(latency: 0, bandwidth: 1e12), Link(latency: 1e-4, bandwidth: 1e9), Link(latency: 1e-3, bandwidth: 1e7)])
    func seconds(workers: Int, link: Link) throws {
        for (shards, tile) in [(1, 256), (6, 64), (16, 48), (16, 32)] {
            let expansion = try expansion(shards, tile)
            for placement in [nil, randomPlacement(expansion, workers: workers, seed: 5)] {
                let plan = Plan(
                    expansion, workers: PlanTests.workers(workers), links: Links(link), placement: placement)
                var replay = TimedReplay(plan, links: Links(link))
                let seconds = replay.run()
                let foretold = plan.prediction.seconds
                #expect(abs(seconds - foretold) <= 1e-3 * foretold, "\(seconds) s, foretold \(foretold) s")
            }
        }
    }
}
