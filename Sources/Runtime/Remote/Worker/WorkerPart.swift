internal import Foundation
internal import GraphModel
internal import Kernels
internal import Messaging
internal import Scheduling
internal import TensorFiles
internal import TensorMath
internal import Tensors

/// A worker's part in a run, which its thread does work by work; it stays on that thread.
final class WorkerPart {
    /// What it needs of the program around it.
    struct Surroundings {
        let messenger: Messenger
        let run: UInt64
        let coordinator: Messenger.Address
        let catalog: KernelCatalog
        /// Gets the file that the graph knows by a path, and says where it lies here.
        let fetch: @Sendable (String) throws -> String
        let open: @Sendable (String) throws -> any ByteSource
        /// Bytes that the plan may give this worker to use.
        let memory: Int
        /// Takes the transport as soon as there is one, so that waiting for it can be ended.
        let deliver: (ZeroMQTransport) -> Void
        /// Takes the addresses of the workers that it calls, before it calls them.
        let know: ([Messenger.Address: Int]) -> Void
        let tell: (WorkerMessage) -> Void
    }

    private let assignment: Assignment
    private let around: Surroundings
    private let stateTransfers: StateTransfers
    private let owners = MemoryOwners()
    private let origin = ContinuousClock.now
    private let log: TransferLog
    private var prepared: (arena: TensorBuffer, transport: ZeroMQTransport, loop: WorkerLoop)?
    private var peers: [Int: Messenger.Address] = [:]

    init(_ assignment: Assignment, _ around: Surroundings) {
        self.assignment = assignment
        self.around = around
        stateTransfers = StateTransfers(assignment.stateTransfers)
        log = TransferLog(origin: origin, limit: WorkerTrace.mostEvents(isRemote: true))
    }

    deinit {
        for peer in peers.values { around.messenger.disconnect(peer) }
    }

    /// Does some work.
    ///
    /// - Returns: the metrics that were computed, and the largest magnitude in the states.
    func perform(_ work: WorkerMachine.Work) throws -> (metrics: [ValueID: Float], magnitude: Float) {
        if work == .prepare {
            try prepare()
            return ([:], 0)
        }
        guard let (arena, transport, loop) = prepared else {
            throw RunError.assignment("its part has not been prepared")
        }
        if work == .takeStates {
            for item in stateTransfers.items(.start) { try transport.receive(item.transfer.number) }
        }
        let computed = try loop.compute(work)
        if case .finish = work { owners.add(loop.kept) }
        if work == .giveBack { try giveBack(arena, transport, loop) }
        return computed
    }

    private func prepare() throws {
        let own = assignment.plan
        if let problem = assignment.problem(scratch: { Libraries.scratchBytes($0, threads: own.worker.threads) }) {
            throw RunError.assignment(problem)
        }
        guard own.memoryBytes <= around.memory else {
            throw RunError.assignment(
                "it takes \(own.memoryBytes) bytes of memory, and this worker may use \(around.memory); start it with more "
                    + "(--memory), or use more workers")
        }
        guard MemoryRoom.has(own.memoryBytes) else { throw MemoryShortage(bytes: own.memoryBytes) }
        let arena = try TensorBuffer(asking: own.arenaCount)
        connect()
        owners.add(arena)
        let transport = ZeroMQTransport(
            around.messenger, run: around.run, epoch: assignment.epoch, parts: parts(arena), log: log, owners: owners)
        around.deliver(transport)
        let files = GraphFiles(formats: around.catalog.formats, open: around.open, locate: around.fetch)
        let events = own.setup.count + own.finish.count + own.body.count * assignment.iterations
        let loop = try WorkerLoop(
            own, arena: arena, transport: transport, catalog: around.catalog, files: files, origin: origin,
            traceLimit: min(events, WorkerTrace.mostEvents(isRemote: true)))
        prepared = (arena, transport, loop)
    }

    /// Connections to the workers that this one sends to.
    private func connect() {
        for told in assignment.peers where peers[told.worker] == nil {
            peers[told.worker] = around.messenger.connect(to: told.endpoint, key: told.key)
        }
        around.know(Dictionary(peers.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first }))
        // Answered by whoever listens there.
        for peer in peers.values { around.messenger.send(FrameHeader(.probe, run: around.run), to: peer) }
    }

    private func parts(_ arena: TensorBuffer) -> [Int: ZeroMQTransport.Part] {
        var parts: [Int: ZeroMQTransport.Part] = [:]
        for transfer in assignment.plan.transfers {
            if transfer.from == assignment.plan.index, let peer = peers[transfer.to] {
                parts[transfer.id.number] = .sends(transfer.value.mark, to: peer)
            } else if transfer.to == assignment.plan.index {
                // Where it calls the sender too, releases leave with the values that it sends there.
                parts[transfer.id.number] = .receives(
                    transfer.value.mark, into: arena.receiveBuffer(transfer), creditTo: peers[transfer.from])
            }
        }
        for item in stateTransfers.items {
            switch item.reason {
            case .end:
                parts[item.transfer.number] = .sends(
                    item.value.mark, to: around.coordinator, partBytes: ZeroMQTransport.smallPart)
            case .start:
                guard let state = state(item.value) else { continue }
                parts[item.transfer.number] = .receives(
                    item.value.mark, into: ReceiveBuffer(arena.view(state.range, state.type)))
            }
        }
        return parts
    }

    private func state(_ id: ValueID) -> CarriedState? { assignment.plan.states.first { $0.id == id } }

    private func giveBack(_ arena: TensorBuffer, _ transport: ZeroMQTransport, _ loop: WorkerLoop) throws {
        for item in stateTransfers.items(.end) {
            if let state = state(item.value) {
                try transport.send(item.transfer.number, arena.view(state.range, state.type).readOnly)
            } else if let value = loop.kept[item.value] {
                // Its memory is kept for as long as the transport may read it.
                try value.withView { try transport.send(item.transfer.number, $0) }
            }
            try transport.awaitSent(item.transfer.number)
        }
        let record = WorkerRecord(
            loop.trace, log, sentBytes: transport.sentBytes, peakMemoryBytes: peakMemoryOfProcess(),
            implementations: loop.implementations
        ).parted
        for part in record.parts { around.tell(.recorded(part)) }
        around.tell(.record(record.head))
    }
}
