internal import Foundation
internal import GraphModel
internal import Kernels
internal import Messaging
internal import Scheduling
internal import Synchronization
internal import TensorFiles

/// The shell of one run on a worker: it turns what the messenger brings into events of a ``WorkerMachine``, and carries
/// out what that commands, on a thread of the run's own where it is work.
final class WorkerSession: Sendable {
    private struct State {
        var machine: WorkerMachine
        var pending: WorkerMachine.Work?
        var isOver = false
    }

    let run: UInt64
    let coordinator: Messenger.Address
    private let messenger: Messenger
    private let assignment: Assignment
    private let catalog: KernelCatalog
    private let memory: Int
    private let inbox: FileInbox
    private let state: Mutex<State>
    private let transport = Mutex<ZeroMQTransport?>(nil)
    private let isCancelled = Atomic<Bool>(false)
    private let iteration = Atomic<Int>(0)
    /// The workers that this one calls.
    private let peers = Mutex<[Messenger.Address: Int]>([:])

    /// - Parameter memory: Bytes that the plan may give this worker to use.
    init(
        _ assignment: Assignment, run: UInt64, for coordinator: Messenger.Address, _ messenger: Messenger,
        _ catalog: KernelCatalog, _ store: FileStore, memory: Int
    ) {
        self.run = run
        self.memory = memory
        self.coordinator = coordinator
        self.messenger = messenger
        self.assignment = assignment
        self.catalog = catalog
        let epoch = assignment.epoch
        inbox = FileInbox(store, epoch: epoch) { messenger.tell($0, run: run, epoch: epoch, to: coordinator) }
        state = Mutex(
            State(
                machine: WorkerMachine(
                    assignment.plan.worker.name, peers: assignment.peers, iterations: assignment.iterations,
                    after: assignment.first, epoch: epoch, limits: assignment.limits)))
    }

    /// Begins; `done` is called at the end, on the session's thread.
    func start(done: @escaping @Sendable () -> Void) {
        do throws(ThreadRefusal) {
            try startThread("run", stackBytes: AddressSpace.workerStackBytes) { [self] in
                let heartbeat = Heartbeat { [weak self] in
                    if let self { tell(.alive(standing)) }
                }
                work()
                heartbeat.stop()
                done()
            }
        } catch {
            post(.failed(.short(worker: assignment.plan.worker.name, reason: error.description)))
            done()
        }
    }

    // MARK: The thread

    private func work() {
        let part = WorkerPart(
            assignment,
            WorkerPart.Surroundings(
                messenger: messenger, run: run, coordinator: coordinator, catalog: catalog,
                fetch: { [inbox] path in try inbox.fetch(path) },
                open: { [inbox] path in try inbox.open(path) }, memory: memory,
                deliver: { [self] transport in
                    self.transport.withLock { $0 = transport }
                    // What told to leave before there was a transport must end its waiting too.
                    if isCancelled.load(ordering: .relaxed) { transport.cancel() }
                }, know: { [self] peers in self.peers.withLock { $0 = peers } }, tell: { [self] in tell($0) }))
        post(.start)
        while let work = nextWork() {
            if case .iterate(let iteration, _) = work { self.iteration.store(iteration, ordering: .relaxed) }
            do {
                let (metrics, magnitude) = try part.perform(work)
                post(.did(work, metrics: metrics, magnitude: magnitude))
            } catch {
                post(.failed(error as? RunError ?? .data(SystemReason.of(error))))
            }
        }
    }

    /// What is to be done next; `nil` where the worker's part is over.
    private func nextWork() -> WorkerMachine.Work? {
        messenger.wait { [self] in state.withLock { $0.pending != nil || $0.isOver } }
        return state.withLock { state in
            defer { state.pending = nil }
            return state.isOver ? nil : state.pending
        }
    }

    // MARK: Events and commands

    /// Lets the machine decide, and carries out what it commands.
    private func post(_ event: WorkerMachine.Event) {
        let commands = state.withLock { state in
            var commands = state.machine.handle(event, at: .now)
            if commands.contains(where: \.isCancel), state.pending != nil {
                // What has not been begun is not begun any more.
                state.pending = nil
                commands += state.machine.handle(.failed(.cancelled), at: .now)
            }
            for command in commands {
                switch command {
                case .begin(let work): state.pending = work
                case .end: state.isOver = true
                case .tell, .cancel, .pass: break
                }
            }
            return commands
        }
        for command in commands {
            switch command {
            case .tell(let message): tell(message)
            case .pass(.file(let request, let hash, let bytes)): inbox.answered(request, hash: hash, bytes: bytes)
            case .pass(.noFile(let request, let reason)): inbox.refused(request, reason)
            case .cancel:
                isCancelled.store(true, ordering: .relaxed)
                inbox.cancel()
                transport.withLock { $0 }?.cancel()
            case .begin, .end, .pass: break
            }
        }
        if !commands.isEmpty { messenger.changed() }
    }

    private func tell(_ message: WorkerMessage) {
        guard !messenger.tell(message, run: run, epoch: assignment.epoch, to: coordinator) else { return }
        // The coordinator would wait for it for ever.
        messenger.tell(
            WorkerMessage.refusal(
                "what it has to say is longer than a message may be; give the graph fewer instances, for example larger tiles"
            ), run: run, epoch: assignment.epoch, to: coordinator)
    }

    // MARK: For the service

    /// Takes a word of its coordinator's.
    func handle(_ message: CoordinatorMessage, epoch: UInt32) {
        post(.told(epoch: epoch, message))
    }

    /// Takes a part of a file.
    func take(file header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        inbox.take(header, payload)
    }

    /// Notes that a worker which this one calls has answered.
    func isReached(_ peer: Messenger.Address) {
        if let worker = peers.withLock({ $0[peer] }) { post(.reached(worker: worker)) }
    }

    /// Notes that time has passed since anything last came from the coordinator. Words may stand behind values and files on
    /// their way, which are signs of life as well.
    func tick() {
        if let heard = messenger.lastHeard(from: coordinator) { post(.tick(heard: heard)) }
    }

    /// Tells the coordinator that the program ends and why, and ends all waiting.
    func dismiss(saying reason: String) {
        post(.dismissed(reason))
    }

    /// Whether its coordinator went away in the midst of the run.
    var hasLostCoordinator: Bool { state.withLock { $0.machine.hasLostCoordinator } }

    /// Values and releases that were refused, and words that were not awaited.
    var refused: Int { (transport.withLock { $0 }?.refused ?? 0) + state.withLock { $0.machine.dropped } }

    /// Where it is in its run, in words.
    var position: String {
        "a worker in iteration \(iteration.load(ordering: .relaxed)) of a run of \(assignment.name)"
    }

    /// How it is doing.
    private var standing: Standing {
        let transport = transport.withLock { $0 }
        let wait: Standing.Wait? =
            if let wait = transport?.wait {
                .transfer(wait)
            } else if inbox.isWaiting {
                .file
            } else {
                state.withLock { $0.machine.isWaiting } ? .word : nil
            }
        return Standing(moves: (transport?.moves ?? 0) + inbox.moves, wait: wait)
    }
}

extension WorkerMachine.Command {
    fileprivate var isCancel: Bool {
        if case .cancel = self { return true }
        return false
    }
}
