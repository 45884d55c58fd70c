internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import Launching
internal import Messaging
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import TensorMath

struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Works for runs that others start, one after the other, until it is stopped.")

    @Option(
        help: ArgumentHelp(
            "Where to listen; port * is any that is free. Default: this machine only, or everywhere with --secure.",
            valueName: "tcp://host:port"))
    var bind: String?
    @Flag(help: "Let in only those who know the key that is printed.") var secure = false
    @Flag(help: "Let in everybody, from other machines too.") var insecure = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads to compute with. Default: all processors.", valueName: "number"))
    var threads: GivenNumber<Int>?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Memory to use, such as 4GiB. Default: all that programs may use here.", valueName: "size"))
    var memory: String?
    @Option(
        help: ArgumentHelp("Folder that keeps files of runs. Default: ~/.cache/graphrun.", valueName: "dir"),
        completion: .directory)
    var data: String?
    @Flag(
        help: "Measure anew how fast this machine is. It is done once, when it is first needed, and takes two seconds.")
    var measure = false
    @Option(
        name: .customLong("neighbours"), parsing: .unconditional,
        help: ArgumentHelp("Workers that start on this machine at once, this one included.", visibility: .hidden))
    var givenNeighbours = GivenNumber(1)
    @Option(
        name: .customLong("slots"), parsing: .unconditional,
        help: ArgumentHelp("Workers to start, each a process of its own.", visibility: .hidden))
    var givenSlots = GivenNumber(1)
    @Flag(help: ArgumentHelp("Listen at addresses of IPv6 where --bind does not say.", visibility: .hidden))
    var ipv6 = false
    @Flag(help: ArgumentHelp("Stop when standard input ends.", visibility: .hidden)) var attended = false

    func run() throws {
        let all = ProcessInfo.processInfo.activeProcessorCount
        let threads = try threads?.value(of: "--threads", in: Limits.threads) ?? min(all, Limits.threads.upperBound)
        let slots = try givenSlots.value(of: "--slots", in: Limits.workers)
        let neighbours = try givenNeighbours.value(of: "--neighbours", in: Limits.workers)
        let memory = try checkedMemory(slots, threads: threads)
        let endpoint = try checkedEndpoint()
        let interrupt = Interrupt {}
        defer { interrupt.end() }
        let input = try attended ? InputEnd() : nil
        // Whoever started it is asked for the end of its run at the same time, often, and needs it for that.
        func isToEnd(atWork: Bool) -> Bool {
            input?.isReached == true || interrupt.isUrgent || interrupt.isStopped && !(attended && atWork)
        }
        guard slots == 1 else {
            // Once for all that are started.
            try OwnSpeeds(folder: data ?? WorkerCommand.cacheFolder, isQuiet: attended).prepare(anew: measure)
            let place = "--slots \(slots)"
            let launch = StartedWorkers.local(
                of: Tool.launching, threads: threads, memory: memory, bind: secure ? endpoint : nil, neighbours: slots,
                place: place)
            let started: StartedWorkers
            do {
                started = try StartedWorkers(Array(repeating: launch, count: slots), of: Tool.launching)
            } catch let error as LaunchError {
                throw Failure.usage(error.problems)
            }
            for own in started.announced.flatMap(\.self) { announce(own) }
            while !isToEnd(atWork: true) { Thread.sleep(forTimeInterval: 0.1) }
            return started.stop()
        }
        let service = try makeService(threads: threads, memory: memory, neighbours: neighbours)
        let announcement: Announcement
        do throws(MessagingError) {
            let keys = secure ? try KeyPair() : nil
            announcement = Announcement(
                endpoint: try service.open(Context(), at: endpoint, keys: keys), key: keys?.publicKey)
        } catch {
            throw Failure.usage("--bind \(error)")
        }
        announce(announcement)
        if !attended, !Endpoint.isLoopback(announcement.endpoint) {
            let reached =
                Endpoint.isAnywhere(announcement.endpoint) ? announcement.reached(at: OwnAddress.name) : announcement
            Terminal.line("its line in a host file: \(reached.hostLine)")
        }
        Signals.setStanding { service.standing }
        service.serve {
            isToEnd(atWork: service.isAtWork) || attended && service.hasLostCoordinator
        }
    }

    private func announce(_ announcement: Announcement) {
        Terminal.line(attended ? announcement.markedLine : announcement.line)
    }

    private func makeService(threads: Int, memory: Int, neighbours: Int) throws -> WorkerService {
        let folder = data ?? WorkerCommand.cacheFolder
        // Whoever started it has no use for the line, and would take it for a complaint.
        let speeds = try OwnSpeeds(folder: folder, isQuiet: attended)
            .worker(threads: threads, of: neighbours, anew: measure)
        do {
            return WorkerService(
                WorkerInfo(
                    program: Tool.version, cores: ProcessInfo.processInfo.activeProcessorCount, threads: threads,
                    memory: memory, hasWinograd: Libraries.hasWinograd,
                    kinds: Tool.configuration.kernels.kinds.names, versions: RunReport.versions(),
                    speeds: speeds, idleBytes: residentMemoryOfProcess()),
                catalog: Tool.configuration.kernels, store: try FileStore(folder: folder)
            ) { line in Terminal.error(line) }
        } catch {
            throw Failure.usage(SystemReason.of(error))
        }
    }

    // MARK: Options

    /// Bytes that a worker may use: no more than a limit on its process leaves it.
    private func checkedMemory(_ slots: Int, threads: Int) throws -> Int {
        let available = AvailableMemory()
        guard let memory else { return available.share(among: slots, threads: threads) }
        guard let count = ByteCount(memory) else {
            throw Failure.usage("--memory \(memory): give \(ByteCount.form)")
        }
        return AddressSpace.current == nil ? count.bytes : min(count.bytes, available.inOneProcess(threads: threads))
    }

    /// Where to listen.
    private func checkedEndpoint() throws -> String {
        let host = secure ? (ipv6 ? "[::]" : "0.0.0.0") : (ipv6 ? "[::1]" : "127.0.0.1")
        let endpoint = bind ?? "tcp://\(host):*"
        guard Endpoint.isOne(endpoint, anyPort: true) else {
            throw Failure.usage("--bind \(endpoint): this is no endpoint; write it as tcp://127.0.0.1:PORT")
        }
        guard !(secure && insecure) else {
            throw Failure.usage("--secure and --insecure contradict each other; give one of them")
        }
        guard secure || insecure || Endpoint.isLoopback(endpoint) else {
            throw Failure.usage(
                "--bind \(endpoint): other machines reach this; add --secure, which lets in only those who know the key "
                    + "that it prints, or --insecure, which lets in everybody")
        }
        return endpoint
    }

    static var cacheFolder: String { cacheFolder(ProcessInfo.processInfo.environment) }

    /// By the XDG Base Directory Specification: a relative path, as an empty one, counts for nothing.
    static func cacheFolder(_ environment: [String: String]) -> String {
        func absolute(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let base = absolute("XDG_CACHE_HOME") ?? (absolute("HOME") ?? NSTemporaryDirectory()) + "/.cache"
        return base + "/graphrun"
    }
}

/// Notices that whoever started this program is gone: standard input ends.
private final class InputEnd: @unchecked Sendable {  // Safe: the flag is used under its lock.
    private let lock = NSLock()
    private var ended = false

    /// - Throws: ``Failure`` where no thread can be started to watch it.
    init() throws {
        do throws(ThreadRefusal) {
            try startThread("input") { [self] in
                while !FileHandle.standardInput.availableData.isEmpty {}
                lock.withLock { ended = true }
            }
        } catch {
            throw Failure.usage("\(error)")
        }
    }

    var isReached: Bool { lock.withLock { ended } }
}
