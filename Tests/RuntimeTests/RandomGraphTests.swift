import GraphModel
import Messaging
import Runtime
import Scheduling
import TensorFiles
import Tensors
import TestSupport
import Testing

/// Promise 1, for graphs that nobody has thought of.
@Suite("Promise: same bits of random graphs", .timeLimit(.minutes(15)))
struct RandomGraphTests {
    /// Teams of workers that serve all graphs of a test, one after the other.
    private func check(_ seeds: ClosedRange<UInt64>, _ body: (Job, UInt64) throws -> [ValueID: Tensor]) throws {
        let folder = try TemporaryFolder()
        for seed in 1...3 as ClosedRange<UInt64> {
            let type = randomGraphImage(seed)
            try NPY.write(.random(type.shape, element: type.element, seed: 7), to: folder.file("\(type.element).npy"))
        }
        for seed in seeds {
            let image = folder.file("\(randomGraphImage(seed).element).npy")
            let job = try Job(
                declaredRandomGraph(seed, image: image), rewriting: seed % 2 == 0 ? .all : .none)
            let kept = try body(job, seed)
            for name in job.expansion.graph.outputs.keys {
                let here = (job.expansion.output(name) ?? []).compactMap { kept[$0.id] }
                #expect(here == (try job.oracle(name)), "seed \(seed), output \(name)")
                #expect(!here.isEmpty)
            }
        }
    }

    private func placement(_ job: Job, _ seed: UInt64) throws -> [ValueID: Int] {
        try job.randomPlacement(workers: 3, seed: seed &* 31)
    }

    @Test("any placement in one process gives what the oracle gives", arguments: (0..<10).map { UInt64($0 * 20 + 1) })
    func inProcess(first: UInt64) throws {
        try check(first...first + 19) { job, seed in
            try job.run(workers: 3, placement: placement(job, seed)).kept
        }
    }

    @Test("so does any over ZeroMQ", arguments: (0..<10).map { UInt64($0 * 20 + 1) })
    func overZeroMQ(first: UInt64) throws {
        let team = try TestCluster(workers: 3)
        defer { team.dismiss() }
        try check(first...first + 19) { job, seed in
            try team.run(job, placement: placement(job, seed)).kept
        }
    }
}
