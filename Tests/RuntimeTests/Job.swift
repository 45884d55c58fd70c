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
