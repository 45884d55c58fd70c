internal import Foundation
package import GraphModel
package import Kernels
internal import Messaging
package import Scheduling
internal import Synchronization
internal import TensorFiles
package import Tensors

/// Runs a plan on workers in processes of their own: hands out the parts, lets iterations begin, collects metrics, the
/// values that are kept and the last states.
package final class RemoteRun: Run {
    private let plan: Plan
    private let group: WorkerGroup
    private let name: String
    private let files: GraphFileServer
    private let log: MetricsLog
    private let first: Int
    private let startStates: [ValueID: Tensor]
    private let monitor: ConvergenceMonitor
    private let stopping = Atomic<Bool>(false)

    private let limits: TimeLimits
    private let ended: @Sendable () -> (worker: Int, reason: String)?

    /// - Parameters:
    ///   - name: The graph's file, for messages.
    ///   - checkpoint: States to go on from, and the iteration they are from.
    ///   - history: What was known of convergence then.
    ///   - ended: Asked now and then which worker's process has ended, of those that were started here, and how.
    package init(
        _ plan: Plan, group: WorkerGroup, name: String, files: GraphFiles, log: MetricsLog,
        checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil,
        limits: TimeLimits = TimeLimits(), ended: @escaping @Sendable () -> (worker: Int, reason: String)? = { nil }
    ) {
        self.ended = ended
        self.plan = plan
        self.limits = limits
        self.group = group
        self.name = name
        self.files = GraphFileServer(files)
        self.log = log
        first = checkpoint?.iteration ?? 0
        startStates = checkpoint?.states ?? [:]
        monitor = ConvergenceMonitor(ConvergenceRule(plan.expansion), after: first, history: history)
    }

    /// Ends the run after the iteration that the foremost worker may be in.
    package func stop() {
        stopping.store(true, ordering: .relaxed)
    }

    /// Runs to the last iteration, or to where ``stop()`` ends it.
    ///
    /// - Throws: ``RunError`` with the first failure; every worker has been told to leave by then.
    package func run() throws -> RunResult {
        defer { group.tellAll(.leave) }
        let origin = MonotonicTime.now
        let stateTransfers = StateTransfers(plan)
        let buffers = try buffers(stateTransfers)
        let owners = MemoryOwners()
        owners.add(buffers)
        owners.add(startStates)
        let transport = ZeroMQTransport(
            group.messenger, run: group.run, epoch: group.epoch, parts: parts(stateTransfers, buffers), owners: owners)
        // Those that have their part must not take this program for gone while others get theirs.
        let heartbeat = Heartbeat { [group] in group.ping() }
        defer { heartbeat.stop() }
        try assign(stateTransfers)

        var shell = Shell(
            CoordinatorMachine(
                plan, endpoints: group.members.map(\.endpoint), paths: files.paths, after: first, epoch: group.epoch,
                monitor: monitor, limits: limits, now: .now))
        while shell.outcome == nil {
            // When all workers are done, the last of what they sent may still be on its way.
            let isFinishing = shell.machine.stage == .finishing
            let word = group.words.next(within: isFinishing ? 0.002 : 0.5)
            if let word {
                note(word, &shell)
                post(.heard(worker: word.worker, epoch: word.epoch, word.message), &shell, transport, stateTransfers)
            }
            if stopping.load(ordering: .relaxed) { post(.stop, &shell, transport, stateTransfers) }
            if isFinishing, buffers.keys.allSatisfy({ transport.hasReceived($0.number) }) {
                post(.received, &shell, transport, stateTransfers)
            }
            // What came while a file was hashed is looked at before a worker is taken to be lost.
            if shell.isDue, group.words.isEmpty {
                post(.tick(heard: group.heard, moves: transport.moves), &shell, transport, stateTransfers)
                shell.lastTick = .now
                lookForEnded(&shell, transport, stateTransfers)
            }
        }
        guard let conclusion = try shell.outcome?.get() else { throw RunError.cancelled }
        return try collect(conclusion, shell.records, stateTransfers, buffers, transport, since: origin)
    }

    /// The machine, and what there is of the run beside it.
    private struct Shell {
        var machine: CoordinatorMachine
        var outcome: Result<Conclusion, RunError>?
        var records: [Int: WorkerRecord] = [:]
        var parts: [Int: [WorkerRecord.Part]] = [:]
        var lastTick = ContinuousClock.now
        /// Whether the process of a worker was found to have ended.
        var hasMissed = false

        /// Parts of a record that are kept: more than any worker of ours sends.
        static let mostParts = 200

        init(_ machine: CoordinatorMachine) {
            self.machine = machine
        }

        /// Whether it is time to look for workers that are lost; they may be many, and words of theirs more.
        var isDue: Bool { .now - lastTick > .milliseconds(250) }
    }

    /// Ends the run where a worker's process has ended; one that said why before is given a moment for that to arrive.
    private func lookForEnded(
        _ shell: inout Shell, _ transport: ZeroMQTransport, _ stateTransfers: StateTransfers
    ) {
        guard shell.outcome == nil, let (worker, reason) = ended() else { return }
        guard shell.hasMissed else {
            shell.hasMissed = true
            return
        }
        let name = plan.workers[worker].worker.name
        post(.failed(.lost(worker: name, reason: reason)), &shell, transport, stateTransfers)
    }

    private func assign(_ stateTransfers: StateTransfers) throws {
        for index in group.members.indices {
            let assignment = Assignment(
                plan, stateTransfers, name: name, endpoints: group.members.map(\.endpoint), keys: group.keys,
                index: index, after: first, epoch: group.epoch, limits: limits)
            guard group.tell(.assign(assignment), index) else {
                throw RunError.data(
                    "\(name): the plan of \(plan.workers[index].worker.name) is longer than a message may be; use more "
                        + "workers, or give the graph fewer instances, for example larger tiles")
            }
            group.assigned.store(index + 1, ordering: .relaxed)
        }
    }

    /// Notes what is nothing to the machine: what times and traces workers tell.
    private func note(_ word: WorkerGroup.Word, _ shell: inout Shell) {
        switch word.message {
        case .recorded(let part):
            guard (shell.parts[word.worker]?.count ?? 0) < Shell.mostParts else { return }
            shell.parts[word.worker, default: []].append(part)
        case .record(let record):
            shell.records[word.worker] = record.with(shell.parts.removeValue(forKey: word.worker) ?? [])
        case .pong(let sent, let clock): group.note(word.worker, sent: sent, clock: clock, received: word.received)
        default: break
        }
    }

    /// Lets the machine decide, and carries out what it commands.
    private func post(
        _ event: CoordinatorMachine.Event, _ shell: inout Shell, _ transport: ZeroMQTransport,
        _ stateTransfers: StateTransfers
    ) {
        for command in shell.machine.handle(event, at: .now) {
            do {
                switch command {
                case .tell(let worker, let message): group.tell(message, worker)
                case .sendStates: try sendStates(stateTransfers, transport)
                case .look(let worker, let request, let path):
                    let answer = files.look(path)
                    post(.looked(worker: worker, request: request, answer), &shell, transport, stateTransfers)
                case .sendPart(let request, let offset):
                    let (header, bytes) = try files.part(of: request, from: offset, run: group.run, epoch: group.epoch)
                    group.messenger.send(header, .bytes(bytes), to: group.members[request.worker].address)
                case .complete(let iteration, let metrics): log.complete(iteration, metrics)
                case .end(let result): shell.outcome = result
                }
            } catch {
                post(.failed(error as? RunError ?? .data(SystemReason.of(error))), &shell, transport, stateTransfers)
            }
        }
    }

    // MARK: Values

    /// The states that the run goes on from, to the workers that carry them.
    private func sendStates(_ stateTransfers: StateTransfers, _ transport: ZeroMQTransport) throws {
        for item in stateTransfers.items(.start) {
            guard let state = startStates[item.value] else {
                throw RunError.checkpoint("the checkpoint holds no state '\(item.value)'")
            }
            // Its memory is kept for as long as the transport may read it, so nobody need wait for that.
            try state.withView { try transport.send(item.transfer.number, $0) }
        }
    }

    /// Memory for what comes back, by transfer.
    private func buffers(_ stateTransfers: StateTransfers) throws(MemoryShortage) -> [TransferID: TensorBuffer] {
        var buffers: [TransferID: TensorBuffer] = [:]
        for item in stateTransfers.items(.end) {
            buffers[item.transfer] = try TensorBuffer(asking: item.type.floatCount)
        }
        return buffers
    }

    private func parts(
        _ stateTransfers: StateTransfers, _ buffers: [TransferID: TensorBuffer]
    ) -> [Int: ZeroMQTransport.Part] {
        var parts: [Int: ZeroMQTransport.Part] = [:]
        for item in stateTransfers.items {
            if let buffer = buffers[item.transfer] {
                let view = MutableTensorView(item.type, buffer.floats)
                parts[item.transfer.number] = .receives(item.value.mark, into: ReceiveBuffer(view))
            } else {
                parts[item.transfer.number] = .sends(
                    item.value.mark, to: group.members[item.worker].address,
                    partBytes: ZeroMQTransport.smallPart)
            }
        }
        return parts
    }

    private func collect(
        _ conclusion: Conclusion, _ told: [Int: WorkerRecord], _ stateTransfers: StateTransfers,
        _ buffers: [TransferID: TensorBuffer], _ transport: ZeroMQTransport, since origin: Double
    ) throws -> RunResult {
        var values: [ValueID: Tensor] = [:]
        for item in stateTransfers.items {
            guard let buffer = buffers[item.transfer] else { continue }
            try transport.receive(item.transfer.number)
            let view = MutableTensorView(item.type, buffer.floats)
            values[item.value] = Tensor(copying: view.readOnly)
        }
        let kept = plan.expansion.kept
        let records = plan.workers.indices.map { told[$0] }
        // All on one time line: the coordinator's, from the start of the run.
        let offsets = records.enumerated().map { index, record in
            let begun = (record?.origin ?? 0) - group.offsets[index] - origin
            return begun.isFinite ? begun * 1e6 : 0
        }
        let traces = records.enumerated().map { index, record in
            record.map { WorkerTrace($0, worker: plan.workers[index].worker.name, offset: offsets[index]) }
        }
        return RunResult(
            kept: values.filter { kept.contains($0.key) },
            states: values.filter { plan.expansion[$0.key]?.isState ?? false }, conclusion: conclusion,
            records: log.records, traces: traces.compactMap(\.self),
            implementations: records.map { $0?.implementations ?? [:] },
            transfers: TransferSpan.spans(
                plan, sent: records.map { $0?.sent ?? [] }, arrived: records.map { $0?.arrived ?? [] },
                offsets: offsets),
            sentBytes: sentBytes(records),
            peakMemoryBytes: records.map { $0?.peakMemoryBytes ?? 0 })
    }
}

extension RemoteRun {
    /// What the workers say they have sent of the plan's transfers, each of its own ones.
    private func sentBytes(_ records: [WorkerRecord?]) -> [TransferID: Int] {
        var bytes: [TransferID: Int] = [:]
        for (worker, record) in records.enumerated() {
            for pair in record?.sentBytes ?? [] where pair.count == 2 && plan.transfers.indices.contains(pair[0]) {
                guard plan.transfers[pair[0]].from == worker, (0...1 << 50).contains(pair[1]) else { continue }
                bytes[TransferID(pair[0])] = pair[1]
            }
        }
        return bytes
    }
}
