import Foundation
import GraphModel
import Kernels
import Messaging
import Runtime
import Scheduling
import Synchronization
import Tensors
import TestSupport
import Testing

/// Workers as processes are, but in threads of this one: each with its own messenger, listening on loopback.
final class TestCluster: Sendable {
    static let program = "test"

    let context: Context
    let endpoints: [String]
    /// Public keys by endpoint, where they listen with such.
    private let keys: [String: String]
    private let services: [WorkerService]
    private let over = Atomic<Bool>(false)
    private let folder: TemporaryFolder
    private let notebook: Notebook

    /// What the workers write into their logs.
    private final class Notebook: Sendable {
        let lines = Mutex<[String]>([])
    }

    var notes: [String] { notebook.lines.withLock { $0 } }

    /// - Parameters:
    ///   - threads: each worker computes with.
    ///   - memory: Bytes that each may use.
    ///   - speeds: What each says of itself.
    ///   - keyed: Whether they let in only who knows their keys.
    init(
        workers: Int, threads: Int = 1, catalog: KernelCatalog = .standard, program: String = TestCluster.program,
        memory: Int = 1 << 30, speeds: Speeds? = nil, keyed: Bool = false
    ) throws {
        let context = try Context()
        let folder = try TemporaryFolder()
        let notebook = Notebook()
        var services: [WorkerService] = []
        var endpoints: [String] = []
        var keys: [String: String] = [:]
        for number in 0..<workers {
            let info = WorkerInfo(
                program: program, cores: 2, threads: threads, memory: memory, hasWinograd: false,
                kinds: catalog.kinds.names, versions: [:], speeds: speeds)
            let service = WorkerService(
                info, catalog: catalog, store: try FileStore(folder: folder.file("cache-\(number)"))
            ) { line in notebook.lines.withLock { $0.append(line) } }
            let pair = keyed ? try KeyPair() : nil
            let endpoint = try service.open(context, at: "tcp://127.0.0.1:*", keys: pair)
            keys[endpoint] = pair?.publicKey
            endpoints.append(endpoint)
            services.append(service)
        }
        self.context = context
        self.folder = folder
        self.notebook = notebook
        self.services = services
        self.endpoints = endpoints
        self.keys = keys
        for service in services {
            Thread.detachNewThread { [self] in service.serve { over.load(ordering: .relaxed) } }
        }
    }

    func dismiss() {
        over.store(true, ordering: .relaxed)
    }

    /// - Parameter order: Numbers of the workers that are asked, in the order of a host list; by default all.
    func group(_ order: [Int]? = nil, patience: Double = 60) throws -> WorkerGroup {
        let asked = order.map { numbers in numbers.map { self.endpoints[$0] } } ?? endpoints
        return try WorkerGroup(context, endpoints: asked, keys: keys, program: TestCluster.program, patience: patience)
    }

    /// The same workers, reached through relays.
    func group(through relays: [DelayRelay]) throws -> WorkerGroup {
        try WorkerGroup(
            context, endpoints: relays.map { "tcp://127.0.0.1:\($0.port)" }, program: TestCluster.program,
            patience: 60)
    }

    /// A relay before each worker.
    func relays(delay: Double = 0, bytesPerSecond: Double = .infinity) throws -> [DelayRelay] {
        try endpoints.map { endpoint in
            let port = try #require(endpoint.split(separator: ":").last.flatMap { Int($0) })
            return try DelayRelay(
                at: "127.0.0.1", to: ("127.0.0.1", port), delay: delay, bytesPerSecond: bytesPerSecond)
        }
    }

    /// Files that a worker has kept.
    func cached(_ worker: Int) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.file("cache-\(worker)"))) ?? []).sorted()
    }

    /// A run of a job on all workers.
    func run(
        _ job: Job, placement: [ValueID: Int]? = nil, log: MetricsLog = MetricsLog(),
        checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil
    ) throws -> RunResult {
        let plan = try job.plan(workers: endpoints.count, placement: placement)
        return try RemoteRun(
            plan, group: try group(), name: "test.graph", files: job.files, log: log, checkpoint: checkpoint,
            history: history
        ).run()
    }
}
