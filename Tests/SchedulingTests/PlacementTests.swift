import GraphModel
import Kernels
import Scheduling
import Tensors
import TestSupport
import Testing

@Suite("Placements")
struct PlacementTests {
    private static let files = FileFacts([
        FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 1000, 1000]))
    ])

    /// A loop over shards and tiles whose costs are known: on a machine of 1 GFLOP/s a scaling of 10⁶ numbers takes 1 ms.
    private func reconstruction(shards: Int, tile: Int = 256) throws -> Expansion {
        try Graph("reconstruction", summary: "") { g in
            let image = g.add("image", Load("image.npy"))
            let x = g.state("x", initial: image)
            let shard = g.axis("shard", count: Setting(shards))
            let gradients = g.add("gradients", Scale(2.0), x, over: shard)
            let z = g.add("z", Add(), x, g.add("gradient", Sum(), gradients))
            let denoiser = Denoiser(weights: "", tvWeight: 0.1, tvIterations: 200)
            let tiles = g.tiles(
                "tile", of: z, mode: Setting(.exact), size: Setting(tile), overlap: 0, denoiser: denoiser)
            let windows = g.add("windows", Crop(), z, over: tiles)
            let denoised = g.add("denoised", Denoise(denoiser, sigma: 0.1), windows, over: tiles)
            g.next(x, g.add("blended", Blend(), denoised))
            g.output("result", x)
            g.loop(2)
        }.expand(Self.files)
    }

    private func workers(_ gflops: [Double], memory: Int? = nil) -> [Worker] {
        gflops.enumerated().map { index, speed in
            Worker(
                name: "worker \(index)", threads: 1, speeds: Speeds(operations: speed * 1e9, memory: speed * 1e8),
                memory: memory)
        }
    }

    private static let fast = Links(Link(latency: 20e-6, bandwidth: 10e9))

    @Test(
        "come near the bound that none can beat, and beat the round robin",
        arguments: [[1, 1], [1, 1, 1, 1], [4, 1], [3, 2, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1]] as [[Double]])
    func quality(_ gflops: [Double]) throws {
        let expansion = try reconstruction(shards: 8, tile: 64).rewritten(.all, workers: gflops.count, Self.files)
        let workers = workers(gflops)
        let plan = Plan(expansion, workers: workers, links: Self.fast)
        let bound = Plan.lowerBound(expansion, workers: workers, links: Self.fast)
        let roundRobin = Plan(
            expansion, workers: workers, links: Self.fast,
            placement: placement(expansion) { $0.index % workers.count })
        #expect(plan.prediction.seconds >= bound)
        #expect(plan.prediction.seconds <= 1.35 * bound)
        // What sends less may take a moment longer.
        #expect(plan.prediction.seconds <= 1.001 * roundRobin.prediction.seconds)
        // Of 4 to 1, a round robin gives the slow one half.
        if Set(gflops).count > 1 { #expect(plan.prediction.seconds < 0.8 * roundRobin.prediction.seconds) }
    }

    @Test("leave a slow link alone where sending costs more than it saves")
    func slowLinks() throws {
        let expansion = try reconstruction(shards: 2)
        let slow = Plan(expansion, workers: workers([1, 1]), links: Links(Link(latency: 0.1, bandwidth: 1e5)))
        #expect(Set(slow.placement.values) == [0])
        #expect(Set(Plan(expansion, workers: workers([1, 1]), links: Self.fast).placement.values) == [0, 1])
    }

    @Test("send a worker of some tiles no more than their windows, and each pixel once")
    func regions() throws {
        let expansion = try reconstruction(shards: 1)
        let plan = Plan(expansion, workers: workers([1, 1]), links: Self.fast)
        let sent = plan.transfers.filter { $0.value == "z" }
        let tiling = try #require(expansion.axes["tile"]?.tiling)
        let there = expansion.instances(of: "windows").filter { plan.placement[$0.id] != plan.placement["z"] }
        var rows = Set<[Int]>()
        for window in there {
            let source = tiling.source(ofWindow: window.index)
            for row in source[0] { for column in source[1] { rows.insert([row, column]) } }
        }
        #expect(!there.isEmpty && there.count < tiling.count)
        #expect(sent.count == there.count, "a parcel for each window")
        #expect(sent.reduce(0) { $0 + $1.byteCount } == 4 * rows.count)
    }

    @Test("add up on a worker what is there, along the tree of the axis", arguments: [2, 3, 4])
    func partialSums(workers count: Int) throws {
        let expansion = try reconstruction(shards: 8)
        let placement = placement(expansion) { $0.id.node == "gradients" ? $0.index * count / 8 : 0 }
        let plan = Plan(expansion, workers: workers(Array(repeating: 1, count: count)), placement: placement)
        let sums = plan.instances.map(\.id).filter { $0.node == "gradient" }
        let whole = plan.transfers.filter { $0.value.node.hasPrefix("gradient") && $0.to == 0 }
        switch count {
        case 2:
            #expect(sums == ["gradient[0-3]", "gradient[4-7]", "gradient"])
            #expect(whole.count == 1)
        case 4:
            #expect(
                sums == [
                    "gradient[0-1]", "gradient[2-3]", "gradient[0-3]", "gradient[4-5]", "gradient[6-7]",
                    "gradient[4-7]",
                    "gradient",
                ])
            #expect(whole.count == 3)
        default:
            // 0, 0, 0, 1, 1, 1, 2, 2: the tree joins 4 and 5, 6 and 7; 3 is alone.
            #expect(
                sums == ["gradient[0-3]", "gradient[4-5]", "gradient[6-7]", "gradient[4-7]", "gradient"])
            #expect(whole.count == 3)
        }
    }

    @Test("are refused where memory does not suffice, saying how many workers would do")
    func memory() throws {
        // Measurements that stay where they are, a share of them for each worker.
        let type = FileFact.tensor(TensorType([1, 1, 1000, 1000]))
        let files = FileFacts(
            Dictionary(uniqueKeysWithValues: (0..<8).map { (FileReference("y\($0).npy", .tensor), type) }))
        let expansion = try Graph("measurements", summary: "") { g in
            let shard = g.axis("shard", count: 8)
            let y = g.add("y", Load("y{shard}.npy"), over: shard)
            let x = g.state("x", initial: g.add("start", Sum(), y))
            g.next(x, g.add("sum", Sum(), g.add("differences", Add(), x, y, over: shard)))
            g.output("result", x)
            g.loop(2)
        }.expand(files)
        let need = Plan(expansion, workers: workers([1])).workers[0].peakBytes
        let least =
            Plan(expansion, workers: workers(Array(repeating: 1, count: 8)), links: .instant)
            .workers.map(\.peakBytes).max() ?? 0
        let limit = (least + need) / 2
        #expect(least < need)
        let enough = try Plan.best(expansion, workers: workers([1], memory: need))
        #expect(enough.fits)
        let error = #expect(throws: PlanError.self) {
            try Plan.best(expansion, workers: workers([1], memory: limit), links: .instant)
        }
        let lines = error?.problems ?? []
        #expect(lines.dropLast().allSatisfy { $0.contains("MB of memory and may use") })
        let count = try #require(lines.last?.split(separator: " ").first.flatMap { Int($0) })
        #expect(
            lines.last
                == "\(count) such workers would do; add hosts, or let workers use more (memory=… in the host file, --memory of a worker)"
        )
        #expect(
            try Plan.best(
                expansion, workers: workers(Array(repeating: 1, count: count), memory: limit), links: .instant
            ).fits)
        #expect(throws: PlanError.self) {
            try Plan.best(
                expansion, workers: workers(Array(repeating: 1, count: count - 1), memory: limit),
                links: .instant)
        }
    }

    @Test("say so where a worker's process alone is larger than it may be")
    func noRoom() throws {
        var all = workers([1, 1], memory: 50_000_000)
        all[1].idleBytes = 60_000_000
        let error = #expect(throws: PlanError.self) { try Plan.best(try reconstruction(shards: 2), workers: all) }
        #expect(
            error?.problems == [
                "\(all[1].name) may use 50 MB of memory, and its process takes 60 MB before it computes anything; let it use "
                    + "more (memory=… in the host file, --memory of a worker), or leave it out"
            ])
    }

    @Test("say so where no number of workers would do")
    func hopeless() throws {
        let expansion = try reconstruction(shards: 2)
        let error = #expect(throws: PlanError.self) {
            try Plan.best(expansion, workers: workers([1], memory: 1_000_000))
        }
        #expect(error?.problems.last?.hasPrefix("more such workers would not do, as '") == true)
    }
}
