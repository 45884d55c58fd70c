internal import Foundation
internal import GraphModel
internal import Kernels
internal import Messaging
internal import Scheduling
internal import Synchronization
internal import TensorFiles
internal import TensorMath
internal import Tensors

/// One run on a worker: a thread of its own that makes the kernels and computes, and what the post office tells it.
final class WorkerSession: Sendable {
    let run: UInt64
    let coordinator: PostOffice.Address
    private let office: PostOffice
    private let assignment: Assignment
    private let catalog: KernelCatalog
    /// Bytes that the plan may give this worker to use.
    private let memory: Int
    private let inbox: FileInbox
    private let gate: ProceedGate
    private let metrics: Metrics
    private let transport = Mutex<ZeroMQTransport?>(nil)
    private let leaving = Atomic<Bool>(false)
    private let iteration = Atomic<Int>(0)
    /// Workers that have answered this one.
    private let reached = Mutex<Set<PostOffice.Address>>([])

    /// Seconds that a worker has to answer another before the run begins.
    private static let patience = 5.0

    init(
        _ assignment: Assignment, run: UInt64, for coordinator: PostOffice.Address, _ office: PostOffice,
        _ catalog: KernelCatalog, _ store: FileStore, memory: Int
    ) {
        self.run = run
        self.memory = memory
        self.coordinator = coordinator
        self.office = office
        self.assignment = assignment
        self.catalog = catalog
        inbox = FileInbox(store) { office.tell($0, run: run, to: coordinator) }
        gate = ProceedGate(after: assignment.first, office)
        metrics = Metrics()
    }

    /// Begins; `done` is called at the end, on the session's thread.
    func start(done: @escaping @Sendable () -> Void) {
        do throws(ThreadRefusal) {
            try startThread("run", stackBytes: AddressSpace.workerStackBytes) { [self] in
                let heartbeat = Heartbeat { [weak self] in
                    if let self { tell(.alive(standing)) }
                }
                do {
                    try work()
                } catch {
                    report(error)
                }
                heartbeat.stop()
                done()
            }
        } catch {
            report(error)
            done()
        }
    }

    /// Values and releases that were refused.
    var refused: Int { transport.withLock { $0 }?.refused ?? 0 }

    /// How it is doing.
    private var standing: Standing {
        let transport = transport.withLock { $0 }
        let wait: Standing.Wait? =
            if let wait = transport?.wait {
                .transfer(wait)
            } else if inbox.isWaiting {
                .file
            } else {
                gate.isWaiting ? .word : nil
            }
        return Standing(moves: (transport?.moves ?? 0) + inbox.moves, wait: wait)
    }

    // MARK: For the post office

    func handle(_ message: CoordinatorMessage) {
        switch message {
        case .proceed(let iteration, let best): gate.proceed(upTo: iteration, best: best)
        case .conclude(let last, let best): gate.conclude(after: last, goBackTo: best)
        case .file(let request, let hash, let bytes): inbox.answered(request, hash: hash, bytes: bytes)
        case .noFile(let request, let reason): inbox.refused(request, reason)
        case .leave: leave()
        case .hello, .assign, .ping, .probe, .measureScratch: break
        }
    }

    func take(_ address: PostOffice.Address, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        if header.sort == .file { return inbox.take(header, payload) }
        transport.withLock { $0 }?.take(address, header, payload)
    }

    /// Notes that a worker which this one calls has answered.
    func isReached(_ peer: PostOffice.Address) {
        reached.withLock { _ = $0.insert(peer) }
    }

    /// Tells the coordinator why, and ends all waiting.
    func leave(saying reason: String) {
        tell(.refusal(reason))
        leave()
    }

    /// Where it is in its run, in words.
    var position: String {
        "a worker in iteration \(iteration.load(ordering: .relaxed)) of a run of \(assignment.name)"
    }

    /// Ends all waiting.
    func leave() {
        leaving.store(true, ordering: .relaxed)
        gate.cancel()
        inbox.cancel()
        transport.withLock { $0 }?.cancel()
    }

    // MARK: The work

    private func tell(_ message: WorkerMessage) {
        guard !office.tell(message, run: run, to: coordinator) else { return }
        // The coordinator would wait for it for ever.
        office.tell(
            WorkerMessage.refusal(
                "what it has to say is longer than a message may be; give the graph fewer instances, for example larger tiles"
            ), run: run, to: coordinator)
    }

    private func report(_ error: any Error) {
        guard !leaving.load(ordering: .relaxed) else { return }
        guard case .failed(_, let instance, let reason)? = error as? RunError else {
            return tell(.refusal(SystemReason.of(error)))
        }
        tell(.failed(instance: instance, reason: reason))
    }

    private func work() throws {
        let own = assignment.plan
        if let problem = assignment.problem { throw RunError.assignment(problem) }
        guard own.memoryBytes <= memory else {
            throw RunError.assignment(
                "it takes \(own.memoryBytes) bytes of memory, and this worker may use \(memory); start it with more "
                    + "(--memory), or use more workers")
        }
        guard MemoryRoom.has(own.memoryBytes) else { throw MemoryShortage(bytes: own.memoryBytes) }
        let arena = try TensorBuffer(asking: own.arenaCount)
        let handover = Handover(assignment.handover)
        let peers = connect()
        defer { for peer in peers.values { office.disconnect(peer) } }
        let origin = ContinuousClock.now
        let transfers = TransferLog(origin: origin, limit: WorkerTrace.mostEvents(isRemote: true))
        let owners = MemoryOwners()
        owners.add(arena)
        let transport = ZeroMQTransport(
            office, run: run, epoch: 0, parts: parts(arena, handover, peers), log: transfers, owners: owners)
        self.transport.withLock { $0 = transport }
        // What told to leave before there was a transport must end its waiting too.
        if leaving.load(ordering: .relaxed) { transport.cancel() }

        let files = GraphFiles { [inbox] path in try inbox.fetch(path) }
        let events = own.setup.count + own.finish.count + own.body.count * assignment.iterations
        let worker = try WorkerLoop(
            own, arena: arena, transport: transport, log: metrics, catalog: catalog,
            files: files, origin: origin, traceLimit: min(events, WorkerTrace.mostEvents(isRemote: true)))
        try waitForPeers(peers)
        tell(.ready)
        // Setup begins when all are ready, as an iteration of its own before the first.
        guard gate.begin(assignment.first + 1) else { return }
        try worker.run(.setup, iteration: 0)
        tell(.done(iteration: 0, metrics: metrics.take(), magnitude: 0))
        if assignment.first > 0 {
            // They are sent when all are done with setup, which gives states their first values.
            for item in handover.items(.firstState) { try transport.receive(item.transfer.number) }
        }
        var iteration = assignment.first + 1
        while iteration <= assignment.iterations, gate.begin(iteration) {
            self.iteration.store(iteration, ordering: .relaxed)
            worker.keepStates(before: iteration, best: gate.best)
            try worker.run(.body, iteration: iteration)
            tell(.done(iteration: iteration, metrics: metrics.take(), magnitude: worker.magnitude))
            iteration += 1
        }
        let best = gate.conclude()
        guard !gate.isCancelled else { return }
        if let best { try worker.goBack(to: best) }
        try worker.run(.finish, iteration: best ?? iteration - 1)
        owners.add(worker.kept)
        try handOver(worker.kept, own, arena, handover, transport)
        let record = WorkerRecord(
            worker.trace, transfers, sentBytes: transport.sentBytes, peakMemoryBytes: peakMemoryOfProcess(),
            implementations: worker.implementations
        ).parted
        for part in record.parts { tell(.recorded(part)) }
        tell(.ended(record.head))
        // The coordinator has all when it says so.
        gate.waitForEnd()
    }

    /// Connections to the workers that this one sends to.
    private func connect() -> [Int: PostOffice.Address] {
        var peers: [Int: PostOffice.Address] = [:]
        for told in assignment.peers where peers[told.worker] == nil {
            let peer = office.connect(to: told.endpoint, key: told.key)
            peers[told.worker] = peer
            // Answered by whoever listens there.
            office.send(FrameHeader(.probe, run: run), to: peer)
        }
        return peers
    }

    /// Waits until all workers that this one sends to have answered: a value that never arrives would be waited for for
    /// ever.
    ///
    /// - Throws: ``RunError/lost(worker:reason:)`` where one does not.
    private func waitForPeers(_ peers: [Int: PostOffice.Address]) throws(RunError) {
        let start = ContinuousClock.now
        while !leaving.load(ordering: .relaxed) {
            let silent = reached.withLock { reached in peers.filter { !reached.contains($0.value) } }
            guard let first = assignment.peers.first(where: { silent[$0.worker] != nil }) else { return }
            guard (ContinuousClock.now - start).seconds < WorkerSession.patience else {
                throw .lost(
                    worker: first.name,
                    reason: "it is not reached at \(first.endpoint) by \(assignment.plan.worker.name) within "
                        + "\(Int(WorkerSession.patience)) s; all workers must reach each other, so check firewall and address"
                )
            }
            Thread.sleep(forTimeInterval: 0.002)
        }
    }

    private func parts(
        _ arena: TensorBuffer, _ handover: Handover, _ peers: [Int: PostOffice.Address]
    ) -> [Int: ZeroMQTransport.Part] {
        var parts: [Int: ZeroMQTransport.Part] = [:]
        for transfer in assignment.plan.transfers {
            if transfer.from == assignment.plan.index, let peer = peers[transfer.to] {
                parts[transfer.id.number] = .sends(transfer.value.mark, to: peer)
            } else if transfer.to == assignment.plan.index {
                // Where it calls the sender too, releases leave with the values that it sends there.
                parts[transfer.id.number] = .receives(
                    transfer.value.mark, into: arena.landing(transfer), releasesTo: peers[transfer.from])
            }
        }
        for item in handover.items {
            switch item.reason {
            case .kept, .lastState:
                parts[item.transfer.number] = .sends(
                    item.value.mark, to: coordinator, partBytes: ZeroMQTransport.smallPart)
            case .firstState:
                guard let state = assignment.plan.states.first(where: { $0.id == item.value }) else { continue }
                parts[item.transfer.number] = .receives(
                    item.value.mark, into: Landing(arena.view(state.range, state.type)))
            }
        }
        return parts
    }

    private func handOver(
        _ kept: [ValueID: Tensor], _ own: WorkerPlan, _ arena: TensorBuffer, _ handover: Handover,
        _ transport: ZeroMQTransport
    ) throws {
        for item in handover.items(.kept) {
            guard let value = kept[item.value] else { continue }
            try value.withView {
                try transport.send(item.transfer.number, $0)
                try transport.settle(item.transfer.number)
            }
        }
        for item in handover.items(.lastState) {
            guard let state = own.states.first(where: { $0.id == item.value }) else { continue }
            try transport.send(item.transfer.number, arena.view(state.range, state.type).readOnly)
            try transport.settle(item.transfer.number)
        }
    }

    /// Gathers the metrics of an iteration.
    private final class Metrics: MetricsSink {
        private let values = Mutex<[ValueID: Float]>([:])

        func report(_ id: ValueID, _ value: Float, iteration: Int) {
            values.withLock { $0[id] = value }
        }

        func take() -> [ValueID: Float] {
            values.withLock { values in
                defer { values = [:] }
                return values
            }
        }
    }
}
