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
    private let crew: Crew
    private let name: String
    private let files: GraphFiles
    private let log: MetricsLog
    private let first: Int
    private let startStates: [ValueID: Tensor]
    private let monitor: ConvergenceMonitor
    private let stopping = Atomic<Bool>(false)

    private let patience: Patience

    /// - Parameters:
    ///   - name: The graph's file, for messages.
    ///   - checkpoint: States to go on from, and the iteration they are from.
    ///   - history: What was known of convergence then.
    package init(
        _ plan: Plan, crew: Crew, name: String, files: GraphFiles, log: MetricsLog,
        checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil,
        patience: Patience = Patience()
    ) {
        self.plan = plan
        self.patience = patience
        self.crew = crew
        self.name = name
        self.files = files
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
        defer { crew.tellAll(.leave) }
        let origin = MonotonicTime.now
        let handover = Handover(plan)
        let buffers = try buffers(handover)
        let owners = MemoryOwners()
        owners.add(buffers)
        owners.add(startStates)
        let transport = ZeroMQTransport(
            crew.office, run: crew.run, epoch: 0, parts: parts(handover, buffers), owners: owners)
        crew.deliver(to: transport)
        // Those that have their part must not take this program for gone while others get theirs.
        let heartbeat = Heartbeat { [crew] in crew.ping() }
        defer { heartbeat.stop() }
        for index in crew.members.indices {
            let assignment = Assignment(
                plan, handover, name: name, endpoints: crew.members.map(\.endpoint), keys: crew.keys, index: index,
                after: first)
            guard crew.tell(.assign(assignment), index) else {
                throw RunError.data(
                    "\(name): the plan of \(plan.workers[index].worker.name) is longer than a message may be; use more "
                        + "workers, or give the graph fewer instances, for example larger tiles")
            }
            crew.assigned.store(index + 1, ordering: .relaxed)
        }
        var progress = RunProgress(
            workers: crew.members.count, after: first, last: plan.expansion.iterations, monitor: monitor)
        var vigil = Vigil(plan, endpoints: crew.members.map(\.endpoint), patience)
        var fetches = FileRequests(files)
        // When all workers are done, the last of what they sent may still be on its way.
        while !(progress.isOver && buffers.keys.allSatisfy { transport.hasReceived($0.number) }) {
            let word = crew.words.next(within: progress.isOver ? 0.002 : 0.5)
            if let word {
                try handle(word, &progress, &fetches, transport, handover)
                vigil.note(word)
            }
            if stopping.load(ordering: .relaxed) { progress.stop() }
            // What came while a file was hashed is looked at before the run is taken to stand still.
            if vigil.isDue, crew.words.isEmpty { try vigil.check(heard: crew.heard, moves: transport.moves) }
        }
        return try collect(progress, handover, buffers, transport, since: origin)
    }

    private func handle(
        _ word: Crew.Word, _ progress: inout RunProgress, _ fetches: inout FileRequests, _ transport: ZeroMQTransport,
        _ handover: Handover
    ) throws {
        let worker = plan.workers[word.worker].worker.name
        switch word.message {
        case .want(let request, let path): crew.tell(fetches.answer(word.worker, request, path), word.worker)
        case .send(let request, let offset):
            let refusal = try fetches.send(
                word.worker, request, from: offset, to: crew.members[word.worker].address, by: crew.office,
                run: crew.run)
            if let refusal { crew.tell(refusal, word.worker) }
        case .ready:
            guard progress.ready() else { return }
            crew.tellAll(.proceed(upTo: progress.allowed, best: nil))
        case .done(let iteration, let metrics, let magnitude):
            for (name, value) in metrics { log.report(name, value, iteration: iteration) }
            for complete in progress.done(iteration, by: word.worker, magnitude: magnitude, metrics: log.metrics) {
                log.complete(complete)
                if complete == 0, first > 0 { try sendStates(handover, transport) }
                if let end = progress.end {
                    crew.tellAll(.conclude(after: end.last, goBackTo: end.goBackTo))
                } else if complete > 0 {
                    crew.tellAll(.proceed(upTo: progress.allowed, best: progress.best))
                }
            }
        case .failed(let instance, let reason):
            throw RunError.failed(worker: worker, instance: instance, reason: reason)
        case .refusal(let reason): throw RunError.lost(worker: worker, reason: reason)
        case .busy: throw RunError.lost(worker: worker, reason: "it has begun to serve another run")
        case .recorded(let part): progress.recorded(word.worker, part)
        case .ended(let record): progress.ended(word.worker, record)
        case .pong(let sent, let clock): crew.note(word.worker, sent: sent, clock: clock, received: word.received)
        case .alive, .welcome, .probed, .scratch: break
        }
    }

    // MARK: Values

    /// The states that the run goes on from, to the workers that carry them.
    private func sendStates(_ handover: Handover, _ transport: ZeroMQTransport) throws {
        for item in handover.items(.firstState) {
            guard let state = startStates[item.value] else {
                throw RunError.checkpoint("the checkpoint holds no state '\(item.value)'")
            }
            // Its memory is kept for as long as the transport may read it, so nobody need wait for that.
            try state.withView { try transport.send(item.transfer.number, $0) }
        }
    }

    /// Memory for what comes back, by transfer.
    private func buffers(_ handover: Handover) throws(MemoryShortage) -> [TransferID: TensorBuffer] {
        var buffers: [TransferID: TensorBuffer] = [:]
        for item in handover.items where item.reason != .firstState {
            buffers[item.transfer] = try TensorBuffer(asking: item.type.floatCount)
        }
        return buffers
    }

    private func parts(
        _ handover: Handover, _ buffers: [TransferID: TensorBuffer]
    ) -> [Int: ZeroMQTransport.Part] {
        var parts: [Int: ZeroMQTransport.Part] = [:]
        for item in handover.items {
            if let buffer = buffers[item.transfer] {
                let view = MutableTensorView(item.type, buffer.floats)
                parts[item.transfer.number] = .receives(item.value.mark, into: Landing(view))
            } else {
                parts[item.transfer.number] = .sends(
                    item.value.mark, to: crew.members[item.worker].address,
                    partBytes: ZeroMQTransport.smallPart)
            }
        }
        return parts
    }

    private func collect(
        _ progress: RunProgress, _ handover: Handover, _ buffers: [TransferID: TensorBuffer],
        _ transport: ZeroMQTransport,
        since origin: Double
    ) throws -> RunResult {
        var values: [Handover.Reason: [ValueID: Tensor]] = [:]
        for item in handover.items {
            guard let buffer = buffers[item.transfer] else { continue }
            try transport.receive(item.transfer.number)
            let view = MutableTensorView(item.type, buffer.floats)
            values[item.reason, default: [:]][item.value] = Tensor(copying: view.readOnly)
        }
        let records = plan.workers.indices.map { progress.traces[$0] }
        // All on one time line: the coordinator's, from the start of the run.
        let offsets = records.enumerated().map { index, record in
            let begun = (record?.origin ?? 0) - crew.offsets[index] - origin
            return begun.isFinite ? begun * 1e6 : 0
        }
        let traces = records.enumerated().map { index, record in
            record.map { WorkerTrace($0, worker: plan.workers[index].worker.name, offset: offsets[index]) }
        }
        return RunResult(
            kept: values[.kept] ?? [:], states: values[.lastState] ?? [:], conclusion: progress.conclusion,
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
