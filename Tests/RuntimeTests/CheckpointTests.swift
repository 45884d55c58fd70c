import Foundation
import GraphModel
import Kernels
import Runtime
import TensorFiles
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

    @Test("another file under a name that the run has read is found", arguments: ["changed", "gone", "new"])
    func inputs(_ what: String) throws {
        let job = try job(TemporaryFolder())
        let before = ["a.npy": "1", "b.npy": "2"]
        let checkpoint = try Checkpoint(job.expansion, iteration: 1, states: [:], inputs: before)
        #expect(checkpoint.changed(before) == [])
        var now = before
        switch what {
        case "changed": now["b.npy"] = "3"
        case "gone": now["b.npy"] = nil
        default: now["c.npy"] = "4"
        }
        #expect(checkpoint.changed(now) == (what == "new" ? ["c.npy"] : ["b.npy"]))
    }

    @Test("the hash of every file that a run reads is kept, also of weights that the program comes with")
    func hashes() throws {
        let folder = try TemporaryFolder()
        let job = try job(folder, ["denoiser": "graphrun-gray"])
        let image = folder.file("image.npy")
        let hashes = try job.files.contentHashes()
        #expect(hashes[image] == ContentHash.of(Array(try Data(contentsOf: URL(filePath: image)))))
        #expect(hashes.values.contains(ContentHash.of(BundledWeights.gray.bytes)))
        #expect(hashes.count == 2)
        let states = Dictionary(uniqueKeysWithValues: try job.run(workers: 1).states.map { ($0, $1) })
        try Checkpoint(job.expansion, iteration: 3, states: states, inputs: hashes).write(to: folder.file("c"))
        #expect(try Checkpoint(folder: folder.file("c")).changed(hashes) == [])
    }

    @Test("no damage is taken for a checkpoint, and each is one clear line", arguments: 0..<300)
    func damage(seed: Int) throws {
        let folder = try TemporaryFolder()
        let job = try job(folder, ["iterations": "1"])
        let target = folder.file("c")
        try Checkpoint(job.expansion, iteration: 1, states: job.emptyStates).write(to: target)
        var random = SeededRandom(UInt64(seed))
        let file = "\(target)/\(["checkpoint.json", "state-0.npy", "SHA256SUMS"][seed % 3])"
        let whole = try Data(contentsOf: URL(filePath: file))
        var bytes = whole
        switch seed % 5 {
        case 0: bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))
        case 1: bytes.append(contentsOf: [0, 10, 32, 65].shuffled(using: &random).prefix(1))
        case 2: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << Int.random(in: 0..<8, using: &random)
        default:
            for _ in 0..<8 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
        }
        try #require(bytes != whole)
        try bytes.write(to: URL(filePath: file))
        let error = try #require(throws: RunError.self) { try Checkpoint(folder: target) }
        #expect(error.description.hasPrefix("\(target): ") && !error.description.contains("\n"))
    }

    @Test("a missing file is damage", arguments: ["state-0.npy", "SHA256SUMS"])
    func missingFile(_ name: String) throws {
        let folder = try TemporaryFolder()
        let job = try job(folder, ["iterations": "1"])
        try Checkpoint(job.expansion, iteration: 1, states: job.emptyStates).write(to: folder.file("c"))
        try FileManager.default.removeItem(atPath: folder.file("c/\(name)"))
        #expect(
            throws: RunError.checkpoint(
                "\(folder.file("c")): the checkpoint is damaged: \(name) is missing or not what was written; "
                    + "begin a new run")
        ) { try Checkpoint(folder: folder.file("c")) }
    }

    @Test("one of the version before, which holds no hashes, is refused with what to do")
    func oldVersion() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("c"), withIntermediateDirectories: true)
        let text = """
            {"graph": "1f", "iteration": 4, "parameters": {}, "rewriting": "all", "states": {}, "version": 2}
            """
        try Data(text.utf8).write(to: URL(filePath: folder.file("c/checkpoint.json")))
        #expect(
            throws: RunError.checkpoint(
                "\(folder.file("c")): the checkpoint is of version 2 and this program reads version 3, which can tell "
                    + "whether inputs have changed; go on with the program that wrote it, or begin a new run")
        ) { try Checkpoint(folder: folder.file("c")) }
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

extension Job {
    /// Zeros for every state.
    var emptyStates: [ValueID: Tensor] {
        Dictionary(
            uniqueKeysWithValues: expansion.instances.filter(\.isState).map { ($0.id, Tensor($0.type)) })
    }
}
