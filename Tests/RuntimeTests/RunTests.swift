import Foundation
import GraphModel
import Kernels
import Runtime
import Scheduling
import Synchronization
import Tensors
import TestSupport
import Testing

/// Fails at a chosen iteration, as a kernel of a user's might.
private struct Failing: NodeKind {
    static let name = "failing"
    static let inputs = [Input("x")]
    let at: Int

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { try context.type(0) }
    func cost(_ context: NodeContext) throws(GraphError) -> Cost { Cost() }
}

private struct Refusal: Error, CustomStringConvertible {
    let description = "it will not go on"
}

private final class FailingKernel: Kernel {
    let at: Int

    init(_ kind: Failing, _ context: KernelContext) throws {
        at = kind.at
        guard at >= 0 else { throw Refusal() }
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        guard iteration != at else { throw Refusal() }
        output.copy(from: inputs[0])
    }
}

/// Yields the number of the iteration.
private struct Counter: NodeKind {
    static let name = "counter"
    static let inputs = [Input("x")]

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { .scalar }
    func cost(_ context: NodeContext) throws(GraphError) -> Cost { Cost() }
}

private final class CounterKernel: Kernel {
    init(_ kind: Counter, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.floats[0] = Float(iteration)
    }
}

@Suite("Runs", .timeLimit(.minutes(30)))
struct RunTests {
    private var catalog: KernelCatalog {
        var catalog = KernelCatalog.standard
        catalog.add(FailingKernel.self)
        catalog.add(CounterKernel.self)
        return catalog
    }

    private func chain(_ folder: TemporaryFolder, failing at: Int, iterations: Int = 5) throws -> Job {
        let image = try folder.image([1, 1, 4, 4])
        let graph = try Graph("chain", summary: "") { g in
            let shard = g.axis("shard", count: 4)
            let x = g.state("x", initial: g.add("image", Load(Setting(image))))
            let scaled = g.add("scaled", Scale(0.1), x, over: shard)
            let sum = g.add("sum", Sum(), g.add("fragile", Failing(at: at), scaled, over: shard))
            g.next(x, sum)
            g.metric(g.add("counter", Counter(), sum))
            g.loop(Setting(iterations))
            g.output("result", x)
        }
        return try Job(graph, catalog: catalog)
    }

    @Test("a kernel that fails ends the run with the instance's name, and every worker", arguments: [1, 2, 5], [0, 3])
    func failure(workers: Int, at: Int) throws {
        let folder = try TemporaryFolder()
        let job = try chain(folder, failing: at == 0 ? -1 : at)
        #expect {
            try job.run(workers: workers)
        } throws: { error in
            guard case .failed(_, let instance, let reason) = error as? RunError else { return false }
            return instance.hasPrefix("fragile[") && reason == "it will not go on"
        }
    }

    @Test("metrics come once an iteration, in order", arguments: [1, 2, 5])
    func metrics(workers: Int) throws {
        let folder = try TemporaryFolder()
        let job = try chain(folder, failing: 99, iterations: 30)
        let seen = Mutex<[IterationRecord]>([])
        let result = try job.run(workers: workers, log: MetricsLog { record in seen.withLock { $0.append(record) } })
        let numbers = seen.withLock {
            $0.filter { $0.iteration > 0 }.map { [$0.iteration, Int($0.metrics["counter"] ?? -1)] }
        }
        #expect(numbers == (1...30).map { [$0, $0] })
        #expect(result.iterations == 30)
    }

    @Test("a stop ends all workers after the same iteration", arguments: [1, 2, 5])
    func stop(workers: Int) throws {
        let folder = try TemporaryFolder()
        let job = try chain(folder, failing: -2 + 1_000_000_000, iterations: 100_000)
        let running = Mutex<InProcessRun?>(nil)
        let log = MetricsLog { record in
            if record.iteration == 50 { running.withLock { $0 }?.stop() }
        }
        let run = InProcessRun(try job.plan(workers: workers), catalog: job.catalog, files: job.files, log: log)
        running.withLock { $0 = run }
        let result = try run.run()
        #expect((50...53).contains(result.iterations))
        #expect(result.records.last?.iteration == result.iterations)
        // The values are of the iteration that they are said to be of.
        let whole = try chain(folder, failing: -2 + 1_000_000_000, iterations: result.iterations)
        #expect(job.results(of: result) == (try whole.oracle("result")))
    }

    @Test("a stop before the first iteration lets one run", arguments: [1, 2, 5])
    func earlyStop(workers: Int) throws {
        let folder = try TemporaryFolder()
        let job = try chain(folder, failing: 99, iterations: 30)
        let run = InProcessRun(
            try job.plan(workers: workers), catalog: job.catalog, files: job.files, log: MetricsLog())
        run.stop()
        #expect(try run.run().iterations == 1)
    }

    @Test("states that pass values among themselves change at once", arguments: [1, 2, 3])
    func swap(workers: Int) throws {
        let folder = try TemporaryFolder()
        let graph = try Graph("swap", summary: "") { g in
            let a = g.add("a", Load(Setting(try! folder.image([1, 1, 2, 2], name: "a.npy", seed: 1))))
            let b = g.add("b", Load(Setting(try! folder.image([1, 1, 2, 2], name: "b.npy", seed: 2))))
            let x = g.state("x", initial: a)
            let y = g.state("y", initial: b)
            let z = g.state("z", initial: a)
            g.next(x, y)
            g.next(y, x)
            g.next(z, x)
            g.loop(3)
            g.output("x", x)
            g.output("y", y)
            g.output("z", z)
        }
        let job = try Job(graph)
        for output in ["x", "y", "z"] {
            #expect(try job.run(output, workers: workers) == job.oracle(output))
        }
        #expect(try job.run("x", workers: 1) != job.run("y", workers: 1))
    }

    @Test("what only an output needs is computed once, from the last iteration", arguments: [1, 2, 3])
    func finish(workers: Int) throws {
        let folder = try TemporaryFolder()
        let image = try folder.image([1, 1, 3, 3])
        let graph = try Graph("finish", summary: "") { g in
            let x = g.state("x", initial: g.add("image", Load(Setting(image))))
            let half = g.add("half", Scale(0.5), x)
            g.next(x, half)
            g.loop(3)
            g.output("both", g.add("both", Add(), x, half))
        }
        let job = try Job(graph)
        #expect(job.expansion.instances.last?.phase == .finish)
        let both = try #require(try job.run("both", workers: workers).first)
        #expect(try job.oracle("both") == [both])
        // x and half agree after the loop: an eighth each.
        let start = try #require(try job.files.tensor(image).values.first)
        #expect(both.values.first == start / 8 + start / 8)
    }

    @Test("the trace names every step and stays within its limit")
    func trace() throws {
        let folder = try TemporaryFolder()
        let result = try chain(folder, failing: 99, iterations: 7).run(workers: 2)
        let events = result.traces.flatMap { trace in trace.events.map { trace.names[$0.name].name } }
        #expect(events.count { $0 == "sum" } == 7)
        #expect(events.contains("send scaled[3]") || events.contains("receive x"))
        struct Entry: Decodable {
            let name: String
            let ph: String
            let dur: Double?
        }
        struct Document: Decodable {
            let traceEvents: [Entry]
        }
        let document = try JSONDecoder().decode(Document.self, from: Data(ChromeTrace.encode(result.traces)))
        #expect(document.traceEvents.count { $0.ph == "M" } == 2)
        #expect(document.traceEvents.filter { $0.ph == "X" }.allSatisfy { ($0.dur ?? -1) >= 0 })
    }
}
