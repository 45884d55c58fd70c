internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import Messaging
internal import Runtime
internal import Scheduling
internal import TensorMath

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Works for runs that others start, one after the other, until it is stopped.")

    @Option(
        help: ArgumentHelp("Where to listen; port * is any that is free.", valueName: "tcp://host:port"))
    var bind = "tcp://127.0.0.1:*"
    @Option(help: "Threads to compute with. Default: all processors.")
    var threads: Int?
    @Option(
        help: ArgumentHelp("Folder that keeps files of runs. Default: ~/.cache/graphrun.", valueName: "dir"),
        completion: .directory)
    var data: String?
    @Flag(help: "Measure anew how fast this machine is. It is done when a worker first starts, and takes a second.")
    var measure = false
    @Option(help: ArgumentHelp("Workers that start on this machine at once, this one included.", visibility: .hidden))
    var neighbours = 1
    @Flag(help: ArgumentHelp("Stop when standard input ends.", visibility: .hidden)) var attended = false

    func run() throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let threads = threads ?? cores
        guard (1...1024).contains(threads) else {
            throw Failure.usage("--threads \(threads): give a whole number from 1 to 1024")
        }
        guard Endpoint.isOne(bind, anyPort: true) else {
            throw Failure.usage("--bind \(bind): this is no endpoint; write it as tcp://127.0.0.1:PORT")
        }
        // Before there are keys.
        guard Endpoint.isLoopback(bind) else {
            throw Failure.usage("--bind \(bind): a worker listens on this machine only; write tcp://127.0.0.1:PORT")
        }
        let folder = data ?? WorkerCommand.cacheFolder
        let speeds = OwnSpeeds(folder: folder).one(threads: threads, neighbours: neighbours, anew: measure)
        let service: WorkerService
        let endpoint: String
        let context: Context
        do {
            context = try Context()
            service = WorkerService(
                Abilities(
                    program: Tool.version, cores: cores, threads: threads,
                    memory: Int(clamping: ProcessInfo.processInfo.physicalMemory), hasWinograd: Libraries.hasWinograd,
                    kinds: Tool.configuration.kernels.kinds.names, versions: RunReport.versions(),
                    speeds: speeds),
                catalog: Tool.configuration.kernels, store: try FileStore(folder: folder)
            ) { line in Terminal.error(line) }
            endpoint = try service.open(context, at: bind)
        } catch let error as MessagingError {
            throw Failure.usage("--bind \(error)")
        } catch {
            throw Failure.usage("\(error)")
        }
        Terminal.line("listening at \(endpoint)")
        let interrupt = Interrupt {}
        defer { interrupt.end() }
        let input = attended ? InputEnd() : nil
        service.serve { interrupt.isStopped || input?.isReached == true }
    }

    static var cacheFolder: String {
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? NSTemporaryDirectory()) + "/.cache"
        return base + "/graphrun"
    }
}

/// Notices that whoever started this program is gone: standard input ends.
private final class InputEnd: @unchecked Sendable {  // Safe: the flag is used under its lock.
    private let lock = NSLock()
    private var ended = false

    init() {
        let thread = Thread { [self] in
            while !FileHandle.standardInput.availableData.isEmpty {}
            lock.withLock { ended = true }
        }
        thread.start()
    }

    var isReached: Bool { lock.withLock { ended } }
}
