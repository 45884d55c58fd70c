import Foundation
import GraphModel
import Runtime
import Tensors
import TestSupport
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
    private func job(_ folder: TemporaryFolder, _ more: [String: String] = [:]) throws -> Job {
        let settings = [
            "image": try folder.image([1, 1, 20, 16]), "iterations": "3", "tv-iterations": "3", "tile": "12",
        ]
        return try Job("pnp", settings.merging(more) { $1 })
    }

    @Test("states come back bit for bit, and writing again replaces the old")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let job = try job(folder)
        let result = try job.run(workers: 2)
        for iteration in [2, 3] {
            try Checkpoint(job.expansion, iteration: iteration, states: result.states).write(to: folder.file("c"))
            let read = try Checkpoint(folder: folder.file("c"))
            #expect(read.iteration == iteration)
            #expect(try read.states(for: job.expansion) == result.states)
            #expect(read.parameters["tile"] == "12")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["c", "image.npy"])
    }

    @Test("another number of iterations is fine, another parameter or graph is refused")
    func otherGraph() throws {
        let folder = try TemporaryFolder()
        let job = try job(folder)
        let result = try job.run(workers: 1)
        let checkpoint = try Checkpoint(job.expansion, iteration: 3, states: result.states)
        for change in [["iterations": "9"], ["tolerance": "0"], ["tolerance": "0.5", "iterations": "4"]] {
            #expect(throws: Never.self) { try checkpoint.states(for: self.job(folder, change).expansion) }
        }
        #expect(
            throws: RunError.checkpoint(
                "the checkpoint is of another graph, or of this one with other parameters; "
                    + "only the number of iterations and the threshold of the stop rule may change")
        ) {
            try checkpoint.states(for: self.job(folder, ["sigma": "0.5"]).expansion)
        }
    }

    @Test("what is known of convergence comes back, and need not be there")
    func history() throws {
        let folder = try TemporaryFolder()
        let job = try job(folder)
        let result = try job.run(workers: 1)
        let history = try #require(result.conclusion.history)
        #expect(history.residuals.count == 3)
        try Checkpoint(job.expansion, iteration: 3, states: result.states, history: history).write(to: folder.file("c"))
        #expect(try Checkpoint(folder: folder.file("c")).history == history)
        try Checkpoint(job.expansion, iteration: 3, states: result.states).write(to: folder.file("c"))
        #expect(try Checkpoint(folder: folder.file("c")).history == nil)
    }

    @Test("damage is one clear line, never a crash", arguments: 0..<200)
    func damage(seed: Int) throws {
        let folder = try TemporaryFolder()
        let job = try job(folder, ["iterations": "1"])
        let states = Dictionary(
            uniqueKeysWithValues: job.expansion.instances.indices.compactMap { position -> (Int, Tensor)? in
                guard case .state = job.expansion.instances[position].content else { return nil }
                return (position, Tensor(job.expansion.instances[position].type))
            })
        let target = folder.file("c")
        try Checkpoint(job.expansion, iteration: 1, states: states).write(to: target)
        var random = SeededRandom(UInt64(seed))
        let file = "\(target)/\(seed % 2 == 0 ? "checkpoint.json" : "state-0.npy")"
        var bytes = try Data(contentsOf: URL(filePath: file))
        if seed % 5 == 0 {
            bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))
        } else {
            for _ in 0..<8 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
        }
        try bytes.write(to: URL(filePath: file))
        do throws(RunError) {
            _ = try Checkpoint(folder: target).states(for: job.expansion)
        } catch {
            #expect(!error.description.contains("\n"))
        }
    }

    @Test("no checkpoint")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(
            throws: RunError.checkpoint(
                "\(folder.path): there is no checkpoint that can be read here; name the folder of a run")
        ) {
            try Checkpoint(folder: folder.path)
        }
    }
}
