import Foundation
import GraphModel
import Kernels
import Networks
import Runtime
import Scheduling
import TensorFiles
import Tensors
import TestSupport

/// A graph ready to be run in a test.
struct Job {
    /// The graph as it is declared.
    let declared: Expansion
    /// As one worker computes it.
    let expansion: Expansion
    let files: GraphFiles
    let rewriting: Rewriting
    var catalog = KernelCatalog.standard

    /// Total variation, where a test asks for no other denoiser.
    private static let quick = ["denoiser": "total-variation"]

    /// One of the committed graphs, with some parameters changed.
    init(_ name: String, _ settings: [String: String], rewriting: Rewriting = .none) throws {
        let folder = Job.repository.appending(path: "Graphs")
        let file = folder.appending(path: "\(name).graph")
        let graph = try Graph(
            try Data(contentsOf: file), file: file.lastPathComponent, kinds: KernelCatalog.standard.kinds,
            settings: Overrides(Job.quick.merging(settings) { $1 }))
        try self.init(graph, folder: folder.path(percentEncoded: false), rewriting: rewriting)
    }

    init(
        _ graph: Graph, folder: String = "", catalog: KernelCatalog = .standard, rewriting: Rewriting = .none
    ) throws {
        files = GraphFiles(folder: folder)
        declared = try graph.expand(FileFacts(files))
        expansion = try declared.rewritten(rewriting, workers: 1, FileFacts(files))
        self.rewriting = rewriting
        self.catalog = catalog
    }

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All values of an output by the oracle.
    func oracle(_ output: String, threads: Int = 1) throws -> [Tensor] {
        let values = try SequentialExecutor(
            expansion, catalog: catalog, files: files, threads: threads, automaticConvolutions: .direct
        ).run()
        return (expansion.output(output) ?? []).compactMap { values[$0.id] }
    }

    /// All values by the oracle, and how its run ends.
    func concludedOracle() throws -> (values: [ValueID: Tensor], conclusion: Conclusion) {
        try SequentialExecutor(
            expansion, catalog: catalog, files: files, threads: 1, automaticConvolutions: .direct
        ).concludedRun()
    }

    /// The values of the output `result` that a run without partial sums has kept.
    func results(of run: RunResult) -> [Tensor] {
        (expansion.output("result") ?? []).compactMap { run.kept[$0.id] }
    }

    /// All values of an output by so many workers.
    func run(_ output: String, workers: Int, threads: Int = 1, placement: [ValueID: Int]? = nil) throws -> [Tensor] {
        let plan = try plan(workers: workers, threads: threads, placement: placement)
        let result = try run(plan)
        return (plan.expansion.output(output) ?? []).compactMap { result.kept[$0.id] }
    }

    func plan(workers: Int, threads: Int = 1, placement: [ValueID: Int]? = nil) throws -> Plan {
        Plan(
            try expansion(workers: workers), workers: HostFile(local: workers, threads: threads).workers,
            links: .instant, placement: placement)
    }

    /// As so many workers compute it.
    func expansion(workers: Int) throws -> Expansion {
        try declared.rewritten(rewriting, workers: workers, FileFacts(files))
    }

    func run(
        workers: Int, threads: Int = 1, placement: [ValueID: Int]? = nil, log: MetricsLog = MetricsLog(),
        checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil
    ) throws -> RunResult {
        try run(
            plan(workers: workers, threads: threads, placement: placement), log: log, checkpoint: checkpoint,
            history: history)
    }

    private func run(
        _ plan: Plan, log: MetricsLog = MetricsLog(), checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil,
        history: ConvergenceHistory? = nil
    ) throws -> RunResult {
        try InProcessRun(
            plan, catalog: catalog, files: files, log: log, checkpoint: checkpoint, history: history
        ).run()
    }

    /// A worker for every instance, by lot.
    func randomPlacement(workers: Int, seed: UInt64) throws -> [ValueID: Int] {
        TestSupport.randomPlacement(try expansion(workers: workers), workers: workers, seed: seed)
    }
}

/// Files that a test makes and removes.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "graphrun-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}

extension TemporaryFolder {
    /// A small FFDNet with random weights that stays near the identity, so that iterations stay bounded.
    func smallNetwork(channels: Int = 3, features: Int = 24, layers: Int = 4, seed: UInt64 = 5) throws -> String {
        var weights: [String: Tensor] = [:]
        for layer in 0..<layers {
            let from = layer == 0 ? 4 * channels + 1 : features
            let to = layer == layers - 1 ? 4 * channels : features
            let bound = 0.5 / Float(from * 9).squareRoot()
            let weight = Tensor.random([to, from, 3, 3], in: -bound...bound, seed: seed + UInt64(2 * layer))
            weights["model.\(2 * layer).weight"] = weight
            weights["model.\(2 * layer).bias"] = .random([to], in: 0...0.1, seed: seed + UInt64(2 * layer) + 1)
        }
        let path = file("network.safetensors")
        try SafeTensors.write(weights, to: path)
        return path
    }

    /// A random image in [0, 1].
    func image(_ shape: Shape, name: String = "image.npy", seed: UInt64 = 1) throws -> String {
        try NPY.write(.random(shape, in: 0...1, seed: seed), to: file(name))
        return file(name)
    }
}
