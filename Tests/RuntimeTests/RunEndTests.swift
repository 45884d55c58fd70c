import Foundation
import GraphModel
import Kernels
import Runtime
import Scheduling
import TensorFiles
import Tensors
import TestSupport
import Testing

/// Hands on what it reads, but with one value that is no number in one iteration.
private struct Spoil: NodeKind {
    static let name = "spoil"
    static let inputs = [Input("x")]
    let at: Int

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { try context.type(0) }
    func cost(_ context: NodeContext) throws(GraphError) -> Cost { Cost() }
}

private final class SpoilKernel: Kernel {
    private let at: Int

    init(_ kind: Spoil, _ context: KernelContext) {
        at = kind.at
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0])
        if iteration == at { output.floats[output.floats.count / 2] = .nan }
    }
}

/// A job that ends before its last iteration.
enum EndingSample: String, CaseIterable, Sendable {
    case converges, stepTooLarge, scaledNetwork, spoiled

    /// - Parameters:
    ///   - iterations: How many there are at most.
    ///   - isWatched: Whether the run may end before.
    func job(_ folder: TemporaryFolder, iterations: Int = 400, isWatched: Bool = true) throws -> Job {
        var settings = [
            "image": try folder.image([1, 3, 20, 16]), "iterations": "\(iterations)", "tile": "12",
            "tv-iterations": "3", "tolerance": isWatched ? "1e-3" : "0",
        ]
        switch self {
        case .converges: break
        case .stepTooLarge: settings["step"] = "5"
        case .scaledNetwork: settings["weights"] = try EndingSample.scaledWeights(folder)
        case .spoiled: return try spoiled(folder, iterations: iterations)
        }
        return try Job("pnp", settings, rewriting: .all)
    }

    /// The last iteration at which it may be seen.
    var latest: Int {
        switch self {
        case .converges: 100
        case .stepTooLarge: 8
        case .scaledNetwork: 12
        case .spoiled: 7
        }
    }

    /// The network that is part of the program, with weights half as large again.
    private static func scaledWeights(_ folder: TemporaryFolder) throws -> String {
        let path = folder.file("scaled.safetensors")
        let weights = try SafeTensors.decode(BundledWeights.color.bytes, path: "bundled")
        try SafeTensors.write(weights.mapValues { Tensor($0.type, $0.values.map { 1.5 * $0 }) }, to: path)
        return path
    }

    /// Two states, one of them over an axis, and outputs of states, of the loop and of after it.
    private func spoiled(_ folder: TemporaryFolder, iterations: Int) throws -> Job {
        let image = try folder.image([1, 1, 9, 7])
        var catalog = KernelCatalog.standard
        catalog.add(SpoilKernel.self)
        let graph = try Graph("spoiled", summary: "") { g in
            let shard = g.axis("shard", count: 4)
            let image = g.add("image", Load(Setting(image)))
            let x = g.state("x", initial: image)
            let parts = g.state("parts", initial: g.add("copies", Scale(0.75), image, over: shard), over: shard)
            let scaled = g.add("scaled", Scale(0.2), g.add("both", Add(), x, parts, over: shard), over: shard)
            let sum = g.add("sum", Sum(), g.add("spoiled", Spoil(at: 7), scaled, over: shard))
            let next = g.add("next", Add(), g.add("half", Scale(0.5), sum), g.add("base", Scale(0.5), image))
            g.next(x, next)
            g.next(parts, scaled)
            let residual = g.add("residual", RelativeChange(), x, next)
            g.metric(residual)
            g.stop(when: residual, below: 1e-9, for: 3)
            g.loop(Setting(iterations))
            g.output("x", x)
            g.output("scaled", scaled)
            g.output("late", g.add("late", Scale(3.0), next))
            g.output("result", parts)
        }
        return try Job(graph, catalog: catalog, rewriting: .all)
    }
}

@Suite("How runs end", .timeLimit(.minutes(10)))
struct RunEndTests {
    /// Holds a run against the oracle, and its values against a run of just as many iterations as they are from.
    private func check(_ result: RunResult, by workers: Int, _ sample: EndingSample, _ folder: TemporaryFolder) throws {
        let job = try sample.job(folder)
        let truth = try job.concludedOracle()
        #expect(result.conclusion == truth.conclusion)
        let looped = job.expansion.instances.first { $0.phase == .body && !$0.isState }
        let computed = result.traces.reduce(0) { sum, trace in
            sum + trace.events.count { trace.names[$0.name].name == looped?.id.description }
        }
        #expect(looped == nil || computed == result.computedIterations)
        let expansion = try job.plan(workers: workers).expansion
        let short = try sample.job(folder, iterations: result.iterations, isWatched: false)
        for name in expansion.graph.outputs.keys.sorted() {
            let here = (expansion.output(name) ?? []).compactMap { result.kept[$0.id] }
            let expected = try short.oracle(name)
            #expect(!here.isEmpty && here == expected, "\(name) by \(workers) workers")
        }
        for (id, state) in result.states {
            let isFinite = state.values.allSatisfy { $0.isFinite }
            #expect(isFinite, "\(id)")
        }
    }

    private func check(_ ending: Ending, _ sample: EndingSample, records: [IterationRecord]) throws {
        switch (sample, ending) {
        case (.converges, .converged(let after)):
            #expect(after <= sample.latest)
            let last = records.suffix(6).compactMap { $0.metrics["residual"] }
            #expect(last.dropLast().allSatisfy { $0 < 1e-3 })
            #expect(records.map(\.iteration) == Array(0...after + 1))
        case (_, .diverged(let divergence)):
            #expect(sample != .converges && divergence.iteration <= sample.latest)
            let best = try #require(divergence.best)
            let residuals = records.prefix { $0.iteration < divergence.iteration }.compactMap { $0.metrics["residual"] }
            #expect(records.first { $0.iteration == best }?.metrics["residual"] == residuals.min())
            #expect(records.map(\.iteration) == Array(0...divergence.iteration + 1))
            if sample == .spoiled { #expect(divergence.iteration == 7 && divergence.sign == .notFinite) }
        default: Issue.record("\(sample) ends with \(ending)")
        }
    }

    @Test(
        "after the same iteration, with the same values, on any number of workers", arguments: EndingSample.allCases)
    func inProcess(_ sample: EndingSample) throws {
        let folder = try TemporaryFolder()
        for workers in [1, 2, 3] {
            let result = try sample.job(folder).run(workers: workers)
            try check(result, by: workers, sample, folder)
            try check(result.conclusion.ending, sample, records: result.records)
        }
    }

    @Test("so do those over ZeroMQ", arguments: EndingSample.allCases)
    func overZeroMQ(_ sample: EndingSample) throws {
        let folder = try TemporaryFolder()
        let job = try sample.job(folder)
        for workers in [1, 2, 3] {
            let team = try TestCluster(workers: workers, catalog: job.catalog)
            defer { team.dismiss() }
            let result = try team.run(job)
            try check(result, by: workers, sample, folder)
            try check(result.conclusion.ending, sample, records: result.records)
        }
    }

    @Test("wherever they were stopped and gone on with", arguments: EndingSample.allCases)
    func resumed(_ sample: EndingSample) throws {
        let folder = try TemporaryFolder()
        let job = try sample.job(folder)
        let whole = try job.run(workers: 2)
        let end = try #require(whole.records.last?.iteration)
        let team = try TestCluster(workers: 2, catalog: job.catalog)
        defer { team.dismiss() }
        for stop in Set([1, 2, end / 2, end - 2, end - 1]).filter({ (1..<end).contains($0) }) {
            let half = try sample.job(folder, iterations: stop).run(workers: 2)
            guard half.iterations == stop else { continue }  // It ended before, by itself.
            let checkpoint = (stop, half.states)
            let here = try job.run(workers: 2, checkpoint: checkpoint, history: half.conclusion.history)
            let there = try team.run(job, checkpoint: checkpoint, history: half.conclusion.history)
            #expect(here.conclusion == there.conclusion && here.states == there.states && here.kept == there.kept)
            #expect(here.records.last?.iteration == end, "stopped after \(stop)")
            switch (whole.conclusion.ending, here.conclusion.ending) {
            case (.converged(let after), .converged(let again)):
                #expect(again == after && here.states == whole.states && here.kept == whole.kept)
            case (.diverged(let first), .diverged(let second)):
                #expect(second.iteration == first.iteration && second.sign == first.sign)
                #expect(second.best.map { $0 > stop } ?? true)
            default: Issue.record("\(here.conclusion.ending)")
            }
        }
    }

    @Test("in the last iteration of all too", arguments: [1, 3])
    func atTheLast(workers: Int) throws {
        let folder = try TemporaryFolder()
        let sample = EndingSample.spoiled
        for iterations in [7, 8] {
            let job = try sample.job(folder, iterations: iterations)
            let team = try TestCluster(workers: workers, catalog: job.catalog)
            defer { team.dismiss() }
            let here = try job.run(workers: workers)
            let truth = try job.concludedOracle().conclusion
            #expect(here.iterations == 6 && here.conclusion == truth)
            let there = try team.run(job)
            #expect(there.conclusion == here.conclusion && there.states == here.states && there.kept == here.kept)
            #expect(there.records.map(\.iteration) == Array(0...iterations))
        }
    }

    @Test("a graph without a stop rule ends when its values grow without bound, and keeps no copies of its states")
    func noRule() throws {
        let folder = try TemporaryFolder()
        let image = try folder.image([1, 1, 4, 4])
        let graph = try Graph("growing", summary: "") { g in
            let x = g.state("x", initial: g.add("image", Load(Setting(image))))
            g.next(x, g.add("next", Scale(-3.0), x))
            g.loop(1000)
            g.output("x", x)
        }
        let job = try Job(graph)
        for workers in [1, 2] {
            let result = try job.run(workers: workers)
            guard case .diverged(let divergence) = result.conclusion.ending else {
                Issue.record("\(result.conclusion)")
                return
            }
            #expect(divergence.iteration <= 12 && divergence.best == nil)
            let truth = try job.concludedOracle().conclusion
            #expect(result.conclusion == truth)
            #expect(result.worthKeeping.states.isEmpty && result.worthKeeping.kept.isEmpty)
            let plan = try job.plan(workers: workers)
            #expect(plan.workers.allSatisfy { $0.snapshotBytes == 0 })
        }
    }

    @Test("the copies of states are counted in a plan's memory", arguments: [1, 2, 3])
    func memory(workers: Int) throws {
        let folder = try TemporaryFolder()
        let plan = try EndingSample.spoiled.job(folder).plan(workers: workers)
        // Of x one, of parts one for each of the four shards.
        let states: [Int] = plan.workers.map { worker in 4 * worker.states.map(\.range.count).reduce(0, +) }
        let all: Int = states.reduce(0, +)
        let expected: Int = 5 * 4 * 9 * 7
        #expect(all == expected)
        for (worker, bytes) in zip(plan.workers, states) {
            #expect(worker.snapshotBytes == 3 * bytes)
            let others: Int = 4 * worker.arenaCount + worker.scratchBytes + worker.keptBytes
            #expect(worker.memoryBytes == others + 3 * bytes)
        }
    }
}
