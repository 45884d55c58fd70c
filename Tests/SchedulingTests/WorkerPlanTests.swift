import Foundation
import GraphModel
import Kernels
import Scheduling
import Tensors
import TestSupport
import Testing

@Suite("Plans that travel")
struct WorkerPlanTests {
    private static func plan(_ seed: UInt64, workers: Int) throws -> Plan {
        let expansion = try randomGraph(seed).rewritten(
            seed % 2 == 0 ? .all : .none, workers: workers, randomGraphFiles(seed))
        return Plan(
            expansion, workers: PlanTests.workers(workers), links: .instant,
            placement: randomPlacement(expansion, workers: workers, seed: seed))
    }

    private static func encoded(_ plan: WorkerPlan) throws -> Data {
        let encoder = JSONEncoder()
        encoder.userInfo = KindOnItsOwn.encoding
        return try encoder.encode(plan)
    }

    private static func decoded(_ data: Data, _ kinds: KindCatalog = KernelCatalog.standard.kinds) throws -> WorkerPlan
    {
        let decoder = JSONDecoder()
        decoder.userInfo = KindOnItsOwn.decoding(kinds)
        return try decoder.decode(WorkerPlan.self, from: data)
    }

    @Test("arrive as they were", arguments: 1...40 as ClosedRange<UInt64>, [1, 3])
    func roundTrip(seed: UInt64, workers: Int) throws {
        for own in try Self.plan(seed, workers: workers).workers {
            let arrived = try Self.decoded(Self.encoded(own))
            #expect(arrived == own)
            #expect(WorkerPlanCheck.problem(in: arrived) == nil)
            // What an instance asks of its files is known there, too.
            for instance in arrived.instances { #expect(try instance.kind.output(instance.context) == instance.type) }
        }
    }

    @Test("keep the values in force of parameters")
    func parameters() throws {
        let files = FileFacts([FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 64, 64]))])
        let expansion = try Graph("scaled", summary: "") { g in
            let factor = g.number("factor", 0.25, in: 0...1, "how much")
            g.output("result", g.add("result", Scale(factor), g.add("image", Load("image.npy"))))
        }.expand(files)
        let own = Plan(expansion, workers: PlanTests.workers(1)).workers[0]
        let arrived = try Self.decoded(Self.encoded(own))
        #expect(arrived == own)
        let scale = try #require(arrived.instances.first { $0.id == "result" }?.kind as? Scale)
        #expect(scale.factor == Setting(0.25, parameter: "factor"))
    }

    @Test("grow with a worker's own part, not with the graph")
    func size() throws {
        let files = FileFacts([FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 64, 64]))])
        /// Bytes of the plans of so many workers with 32 shards each.
        func sizes(_ workers: Int) throws -> [Int] {
            let expansion = try Graph("spread", summary: "") { g in
                let image = g.add("image", Load("image.npy"))
                let copies = g.add("copies", Scale(2.0), image, over: g.axis("shard", count: Setting(32 * workers)))
                g.output("result", g.add("result", Sum(), copies))
            }.expand(files)
            return try Plan(expansion, workers: PlanTests.workers(workers), links: .instant).workers
                .map { try Self.encoded($0).count }.sorted()
        }
        let (few, many) = (try sizes(4), try sizes(16))
        // The one in the middle; the largest has the sum, and what it sends to each of the others.
        #expect(Double(many[8]) < 1.1 * Double(few[2]), "\(many[8]) bytes where there were \(few[2])")
        #expect(Double(many[15]) < 2.5 * Double(few[2]), "\(many[15]) bytes where there were \(few[2])")
    }

    @Test("are refused where a kind is not known")
    func unknownKind() throws {
        let own = try Self.plan(1, workers: 1).workers[0]
        #expect(throws: DecodingError.self) { try Self.decoded(Self.encoded(own), KindCatalog()) }
    }

    @Test(
        "are refused, or reach into nothing but their own memory, whatever is changed in them",
        arguments: 1...4 as ClosedRange<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var refused = 0
        let plans = try Self.plan(seed, workers: 3).workers
        for own in plans {
            let value = try JSONSerialization.jsonObject(with: Self.encoded(own))
            for _ in 0..<25 {
                let spoiled = try JSONSerialization.data(withJSONObject: spoiled(value, using: &random))
                guard let arrived = try? Self.decoded(spoiled), WorkerPlanCheck.problem(in: arrived) == nil else {
                    refused += 1
                    continue
                }
                for step in arrived.setup + arrived.body + arrived.finish {
                    for buffer in step.reads + [step.writes].compactMap(\.self) {
                        #expect(buffer.range.offset >= 0 && buffer.range.end <= arrived.arenaCount)
                    }
                }
            }
        }
        // Names of values and workers, or speeds, are nothing to it.
        #expect(refused > 12 * plans.count)
    }
}
