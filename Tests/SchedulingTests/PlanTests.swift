import GraphModel
import Kernels
import Scheduling
import Tensors
import TestSupport
import Testing

@Suite("Plans")
struct PlanTests {
    static func workers(_ count: Int) -> [Worker] { HostFile(local: min(count, 1024), threads: 1).workers }

    @Test(
        "every step reads what it should, whoever runs ahead", arguments: 1...20,
        [1, 2, 3, 5])
    func values(_ seed: UInt64, _ workers: Int) throws {
        // Even seeds as rewritten, so that what rewrites put there is among the placements.
        let expansion = try randomGraph(seed).rewritten(
            seed % 2 == 0 ? .all : .none, workers: workers, randomGraphFiles(seed))
        for placement in [nil, randomPlacement(expansion, workers: workers, seed: seed)] {
            let plan = Plan(expansion, workers: Self.workers(workers), links: .instant, placement: placement)
            let (expansion, traffic) = (plan.expansion, plan.traffic)
            #expect(PlanCheck.problems(in: plan) == [])
            let oracle = PlanCheck.Oracle(expansion, iterations: expansion.iterations)
            var replay = PlanReplay(plan, iterations: expansion.iterations)
            var random = SeededRandom(seed)
            try replay.run { $0.randomElement(using: &random) }
            #expect(replay.kept == oracle.kept)
            #expect(replay.reports == oracle.reports)
            for iteration in 0..<max(expansion.iterations - 1, 0) {
                let sent = replay.sentBytes[iteration + 1] ?? [:]
                for from in 0..<workers {
                    for to in 0..<workers {
                        #expect(traffic.bytes(on: .init(from: from, to: to)) == sent[from]?[to] ?? 0)
                    }
                }
            }
        }
    }

    @Test("the same graph and workers give the same plan", arguments: [UInt64(3), 7, 11])
    func pure(_ seed: UInt64) throws {
        let placement = randomPlacement(try randomGraph(seed), workers: 3, seed: seed)
        let first = Plan(try randomGraph(seed), workers: Self.workers(3), placement: placement)
        let second = Plan(try randomGraph(seed), workers: Self.workers(3), placement: placement)
        #expect(first.workers == second.workers)
        #expect(first.transfers == second.transfers)
        #expect(first.placement == second.placement)
        #expect(try first.canonicalBytes() == second.canonicalBytes())
        let other = Plan(try randomGraph(seed), workers: Self.workers(3), placement: placement.mapValues { 2 - $0 })
        #expect(try first.canonicalBytes() != other.canonicalBytes())
    }

    @Test("a state lives where its next value is made, and is found there", arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func states(_ seed: UInt64) throws {
        let graph = try randomGraph(seed)
        let plan = Plan(
            graph, workers: Self.workers(3), placement: randomPlacement(graph, workers: 3, seed: seed))
        let expansion = plan.expansion
        for instance in expansion.instances {
            guard case .state(_, let next) = instance.content else { continue }
            #expect(plan.placement[instance.id] == plan.placement[next])
            let home = try #require(plan.placement[instance.id])
            let state = try #require(plan.workers[home].states.first { $0.id == instance.id })
            #expect(state.range.count == instance.type.floatCount && state.type == instance.type)
        }
        #expect(plan.workers.reduce(0) { $0 + $1.states.count } == expansion.instances.count { $0.isState })
    }

    @Test("one worker sends nothing, and its memory is known")
    func single() throws {
        let expansion = try randomGraph(5)
        let plan = Plan(expansion, workers: Self.workers(1))
        #expect(plan.transfers.isEmpty)
        let own = plan.workers[0]
        #expect(own.memoryBytes == 4 * own.arenaCount + own.scratchBytes + own.keptBytes)
        let outputs = Set(expansion.graph.outputs.values).flatMap { Array(expansion.instances(of: $0)) }
        #expect(own.keptBytes == outputs.reduce(0) { $0 + $1.type.byteCount })
        #expect(plan.workers[0].scratchBytes == expansion.instances.reduce(0) { $0 + $1.cost.scratchBytes })
    }

    @Test("instances of an axis are spread in contiguous runs of equal cost", arguments: [1, 2, 3, 4, 8, 20])
    func spread(_ workers: Int) throws {
        let files = FileFacts([FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 64, 64]))])
        let expansion = try Graph("spread", summary: "") { g in
            let image = g.add("image", Load("image.npy"))
            let copies = g.add("copies", Scale(2.0), image, over: g.axis("shard", count: 16))
            g.output("result", g.add("result", Sum(), copies))
        }.expand(files)
        let placement = Plan(expansion, workers: Self.workers(workers), links: .instant).placement
        #expect(placement["result"] == 0)
        let copies = try expansion.instances(of: "copies").map { try #require(placement[$0.id]) }
        #expect(copies == copies.sorted())
        let counts = (0..<workers).map { worker in copies.count { $0 == worker } }
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
}
