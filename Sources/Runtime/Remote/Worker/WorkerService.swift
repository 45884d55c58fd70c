internal import Foundation
package import Kernels
package import Messaging
internal import Synchronization
internal import TensorMath

/// A worker that serves one run after the other.
package final class WorkerService: Sendable {
    private struct State {
        var session: WorkerSession?
        var hasLostCoordinator = false
        /// The run whose loss has been noted.
        var lostRun: UInt64?
        /// Messages that had been refused before the run.
        var refusedBefore = 0
    }

    /// More than graphs of many networks and sizes of tiles have.
    private static let mostShapes = 10_000

    private let info: WorkerInfo
    private let identity = UInt64.random(in: 0...UInt64.max)
    private let catalog: KernelCatalog
    private let store: FileStore
    private let state = Mutex(State())
    private let messenger = Mutex<Messenger?>(nil)
    private let probe = LinkProbe()
    /// Messages of other runs, or that say nothing.
    private let refusals = Atomic<Int>(0)
    private let note: @Sendable (String) -> Void

    /// - Parameter note: Takes a line for the worker's own log.
    package init(
        _ info: WorkerInfo, catalog: KernelCatalog, store: FileStore,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.info = info
        self.catalog = catalog
        self.store = store
        self.note = note
    }

    /// Listens at an endpoint and returns it with its port; ``serve(until:)`` does the rest.
    ///
    /// - Parameter keys: Lets in only those who know the public one; `nil` lets in everybody.
    /// - Throws: ``MessagingError`` where it cannot listen there.
    package func open(_ context: Context, at endpoint: String, keys: KeyPair? = nil) throws(MessagingError) -> String {
        let opened = try Messenger(context, listenAt: endpoint, keys: keys) { [weak self] address, header, payload in
            self?.take(address, header, payload)
        }
        messenger.withLock { $0 = opened }
        return opened.endpoint
    }

    /// Serves until `isOver` says so, looking a few times a second, and gives up coordinators that are gone.
    package func serve(until isOver: () -> Bool) {
        while !isOver() {
            Thread.sleep(forTimeInterval: 0.1)
            let session = state.withLock { $0.session }
            session?.tick()
            guard let session, session.hasLostCoordinator else { continue }
            // Noted at once, however long the work under way takes to end.
            let isNew = state.withLock { state in
                defer { (state.hasLostCoordinator, state.lostRun) = (true, session.run) }
                return state.lostRun != session.run
            }
            if isNew { note("the coordinator of the run is silent; the run is given up") }
        }
        // Its coordinator need not wait for signs of life to stay away.
        if let session = state.withLock({ $0.session }) {
            session.dismiss(saying: "it was told to end while the run was under way")
            // What is said is sent by a thread of its own, which must come to it before the sockets are closed.
            let end = ContinuousClock.now + .seconds(2)
            while isAtWork, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.01) }
            Thread.sleep(forTimeInterval: 0.2)
        }
        messenger.withLock { $0 = nil }
    }

    /// Whether it takes part in a run.
    package var isAtWork: Bool { state.withLock { $0.session != nil } }

    /// What it is at, in words.
    package var standing: String {
        state.withLock { $0.session }?.position ?? "a worker without a run"
    }

    /// Whether a coordinator went away in the middle of its run.
    package var hasLostCoordinator: Bool { state.withLock { $0.hasLostCoordinator } }

    private func take(_ address: Messenger.Address, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        let session = state.withLock { $0.session }
        let isOwn = session?.run == header.run && session?.coordinator == address
        switch header.sort {
        case .probe: return take(probe: header, address)
        case .control: break
        case .file:
            if let session, session.run == header.run { return session.take(file: header, payload) }
            fallthrough
        // Of values the messenger hands those of a run to its transport.
        case .value, .credit:
            refusals.add(1, ordering: .relaxed)
            return
        }
        guard let messenger = messenger.withLock({ $0 }) else { return }
        if session != nil, !isOwn, decodeControl(AnyAssignment.self, payload) != nil {
            // Nothing of it need be read.
            messenger.tell(WorkerMessage.busy, run: header.run, epoch: header.epoch, to: address)
            return
        }
        guard let message = decodeControl(CoordinatorMessage.self, payload, kinds: catalog.kinds) else {
            refusals.add(1, ordering: .relaxed)
            if decodeControl(AnyAssignment.self, payload) != nil, session == nil {
                messenger.tell(
                    WorkerMessage.refusal(
                        "it cannot read its part of the plan; use the same program everywhere"),
                    run: header.run, epoch: header.epoch, to: address)
            }
            return
        }
        switch message {
        case .hello(let program):
            messenger.tell(
                answer(to: program, isFree: session == nil), run: header.run, epoch: header.epoch, to: address)
        case .assign(let assignment):
            begin(assignment, header, address, messenger)
        case .ping(_, inRun: true) where !isOwn:
            messenger.tell(
                WorkerMessage.refusal("it has no part in the run any more; it may have been started anew"),
                run: header.run, epoch: header.epoch, to: address)
        case .ping(let sent, _) where isOwn || session == nil:
            messenger.tell(
                WorkerMessage.pong(sent: sent, clock: MonotonicTime.now), run: header.run, epoch: header.epoch,
                to: address)
        case .probe(let endpoint, let key) where session == nil:
            probe.measure(endpoint, key: key, run: header.run, by: messenger) { [weak self] link in
                let messenger = self?.messenger.withLock { $0 }
                messenger?.tell(
                    WorkerMessage.probed(endpoint: endpoint, link), run: header.run, epoch: header.epoch, to: address)
            }
        case .measureScratch(let shapes) where session == nil && shapes.count <= WorkerService.mostShapes:
            let known = Libraries.scratchBytes(Set(shapes), threads: info.threads)
            messenger.tell(
                WorkerMessage.scratch(shapes.map { known[$0] }), run: header.run, epoch: header.epoch, to: address)
        default:
            if isOwn { session?.handle(message, epoch: header.epoch) }
        }
    }

    /// An assignment, whatever is in it.
    private struct AnyAssignment: Decodable {
        private struct Anything: Decodable {}
        private let assign: Anything
    }

    private func answer(to program: String, isFree: Bool) -> WorkerMessage {
        guard isFree else { return .busy }
        guard program == info.program else {
            return .refusal(
                "this worker runs version \(info.program), the coordinator \(program); use the same program everywhere"
            )
        }
        return .welcome(info, identity: identity)
    }

    /// Answers whoever called here; an answer to a call of this worker's goes to who measures.
    private func take(probe header: FrameHeader, _ address: Messenger.Address) {
        guard case .caller = address else {
            state.withLock { $0.session }?.isReached(address)
            return probe.take(header)
        }
        guard let messenger = messenger.withLock({ $0 }) else { return }
        LinkProbe.answer(header, to: address, by: messenger)
    }

    private func begin(
        _ assignment: Assignment, _ header: FrameHeader, _ coordinator: Messenger.Address, _ messenger: Messenger
    ) {
        let session = WorkerSession(
            assignment, run: header.run, for: coordinator, messenger, catalog, store,
            memory: info.memory - info.idleBytes)
        let isFree = state.withLock { state in
            guard state.session == nil else { return false }
            state.session = session
            messenger.watch(coordinator)
            state.refusedBefore = messenger.refused + refusals.load(ordering: .relaxed)
            return true
        }
        guard isFree else {
            messenger.tell(WorkerMessage.busy, run: header.run, epoch: header.epoch, to: coordinator)
            return
        }
        note("a run of \(assignment.name) begins")
        session.start { [self] in
            let before = state.withLock { state in
                state.session = nil
                messenger.unwatch(coordinator)
                return state.refusedBefore
            }
            let refused = messenger.refused + refusals.load(ordering: .relaxed) - before + session.refused
            note(
                "the run of \(assignment.name) is over"
                    + (refused > 0 ? "; messages of other runs or programs that were refused: \(refused)" : ""))
        }
    }
}
