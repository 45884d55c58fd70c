internal import Foundation
internal import GraphModel
internal import Kernels
internal import Messaging
internal import Runtime
internal import Scheduling
internal import Tensors

/// Processes of this program that work for the runs that are measured, each with a thread to compute with; they stop
/// when this is freed.
final class WorkerProcesses {
    private let helpers: [HelperProcess]

    init(_ count: Int, in folder: String) throws {
        helpers = try (0..<count).map { try HelperProcess(["worker", "--data", "\(folder)/worker-\($0)"]) }
    }

    /// Runs a plan on them and returns the seconds of every iteration but the first.
    ///
    /// - Parameter placement: for every value the index of its worker; by default all have as much to do, however
    ///   little it is.
    func time(_ expansion: Expansion, placement: [ValueID: Int]? = nil, files: GraphFiles) throws -> [Double] {
        let group = try WorkerGroup(
            Context(), endpoints: helpers.map(\.announcement), program: BenchmarkWorker.version)
        let plan = Plan(
            expansion, workers: HostFile(local: helpers.count, threads: 1).workers, links: .instant,
            placement: placement)
        let run = RemoteRun(plan, group: group, name: "benchmark.graph", files: files, log: MetricsLog())
        return try run.run().records.filter { $0.iteration > 1 }.map(\.seconds)
    }
}

/// What one of the ``WorkerProcesses`` does.
package enum BenchmarkWorker {
    static let version = "benchmark"

    /// The kinds of graphrun and those of the benchmark.
    static let catalog: KernelCatalog = {
        var catalog = KernelCatalog.standard
        catalog.add(BusyworkKernel.self)
        return catalog
    }()

    /// Serves runs until standard input ends, after printing where.
    ///
    /// - Parameter folder: for files of runs.
    package static func serve(folder: String) throws {
        let info = WorkerInfo(
            program: version, cores: ProcessInfo.processInfo.activeProcessorCount, threads: 1,
            memory: Int(clamping: ProcessInfo.processInfo.physicalMemory), hasWinograd: false,
            kinds: catalog.kinds.names, versions: [:])
        let service = WorkerService(info, catalog: catalog, store: try FileStore(folder: folder)) { _ in }
        HelperProcess.announce(try service.open(Context(), at: "tcp://127.0.0.1:*"))
        let input = InputEnd()
        service.serve { input.isReached }
    }
}
