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

    @Test("grow with a worker's own part", arguments: [4, 16])
    func size(workers: Int) throws {
        let files = FileFacts([FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 64, 64]))])
        let expansion = try Graph("spread", summary: "") { g in
            let image = g.add("image", Load("image.npy"))
            let copies = g.add("copies", Scale(2.0), image, over: g.axis("shard", count: 512))
            g.output("result", g.add("result", Sum(), copies))
        }.expand(files)
        let alone = try Self.encoded(Plan(expansion, workers: PlanTests.workers(1)).workers[0]).count
        let shared = try Plan(expansion, workers: PlanTests.workers(workers), links: .instant).workers
            .map { try Self.encoded($0).count }
        #expect(Double(try #require(shared.max())) < 1.3 * Double(alone) / Double(workers) + 4000)
    }

    @Test("are refused where a kind is not known")
    func unknownKind() throws {
        let own = try Self.plan(1, workers: 1).workers[0]
        #expect(throws: DecodingError.self) { try Self.decoded(Self.encoded(own), KindCatalog()) }
    }

    /// Every number in a JSON value, changed one at a time.
    private static func changed(_ value: JSONValue, _ random: inout SeededRandom) -> JSONValue {
        switch value {
        case .array(let entries):
            guard let index = entries.indices.randomElement(using: &random) else { return value }
            var changed = entries
            switch Int.random(in: 0..<12, using: &random) {
            case 0: changed.remove(at: index)
            case 1: changed.append(entries[index])
            default: changed[index] = Self.changed(entries[index], &random)
            }
            return .array(changed)
        case .object(let members):
            guard let key = members.keys.sorted().randomElement(using: &random), let member = members[key] else {
                return value
            }
            var changed = members
            changed[key] = Self.changed(member, &random)
            return .object(changed)
        case .integer(let number):
            let others = [0, -1, 1, number + 1, number - 1, number &* 16, Int.max, Int.min, 1 << 40, 3]
            return .integer(others.randomElement(using: &random) ?? 0)
        case .string(let text):
            return .string(
                ["", "x", "compute", "send", "float32", "complex64", text + "[0]"].randomElement(using: &random) ?? "")
        default: return value
        }
    }

    @Test(
        "are refused, or reach into nothing but their own memory, whatever is changed in them",
        arguments: 1...12 as ClosedRange<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var refused = 0
        let plans = try Self.plan(seed, workers: 3).workers
        for own in plans {
            let value = try JSONDecoder().decode(JSONValue.self, from: Self.encoded(own))
            for _ in 0..<150 {
                let spoiled = try JSONEncoder().encode(Self.changed(value, &random))
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
        #expect(refused > 75 * plans.count)
    }
}
