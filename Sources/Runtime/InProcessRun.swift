internal import Foundation
package import GraphModel
package import Kernels
internal import Messaging
package import Scheduling
internal import Synchronization
package import Tensors

/// What a run leaves behind.
package struct RunResult: Sendable {
    /// The values of outputs.
    package let kept: [ValueID: Tensor]
    /// Every state as it is after the last iteration.
    package let states: [ValueID: Tensor]
    /// Why it ended, and after which iteration its values are what they are.
    package let conclusion: Conclusion
    package let records: [IterationRecord]
    package let traces: [WorkerTrace]
    /// For every worker, for every file of weights, the library's implementations and how many layers each computes.
    package let implementations: [[String: [String: Int]]]
    /// Values on their way between workers in processes of their own.
    package var transfers: [TransferSpan] = []
    /// For every transfer of the plan between such workers the bytes that were sent of it, all iterations.
    package var sentBytes: [TransferID: Int] = [:]
    /// For every worker in a process of its own the most memory that it held, in bytes.
    package var peakMemoryBytes: [Int] = []

    /// The iteration that the values are from: the last, or the one that a run which diverged went back to.
    package var iterations: Int { conclusion.iteration }
}

extension RunResult {
    /// The same without values, where a run has diverged and there is nothing to keep of it.
    package var worthKeeping: RunResult {
        guard case .diverged(let divergence) = conclusion.ending, divergence.best == nil else { return self }
        return RunResult(
            kept: [:], states: [:], conclusion: conclusion, records: records, traces: traces,
            implementations: implementations, transfers: transfers, sentBytes: sentBytes,
            peakMemoryBytes: peakMemoryBytes)
    }
}

/// A plan being run.
package protocol Run: Sendable {
    /// Runs to the last iteration, or to where ``stop()`` ends it.
    ///
    /// - Throws: the first failure; all workers have ended by then.
    func run() throws -> RunResult
    /// Ends the run early, after an iteration that all workers take part in.
    func stop()
}

/// Runs a plan with all its workers in this process, a thread each.
package struct InProcessRun: Run {
    private let plan: Plan
    private let catalog: KernelCatalog
    private let files: GraphFiles
    private let log: MetricsLog
    private let first: Int
    private let startStates: [ValueID: Tensor]
    /// Lets somebody else stop the run.
    package let gate: IterationGate

    /// - Parameters:
    ///   - checkpoint: States to go on from, and the iteration they are from; by default the graph's own start.
    ///   - history: What was known of convergence then.
    package init(
        _ plan: Plan, catalog: KernelCatalog, files: GraphFiles, log: MetricsLog,
        checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil
    ) {
        self.plan = plan
        self.catalog = catalog
        self.files = files
        self.log = log
        first = checkpoint?.iteration ?? 0
        startStates = checkpoint?.states ?? [:]
        gate = IterationGate(
            workers: plan.workers.count, after: first, last: plan.expansion.iterations,
            monitor: ConvergenceMonitor(ConvergenceRule(plan.expansion), after: first, history: history),
            metrics: log.metrics)
    }

    package func stop() {
        gate.stop()
    }

    /// Runs to the last iteration, or to where ``gate`` stops it.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)`` with the first failure; all workers have ended by then.
    package func run() throws(RunError) -> RunResult {
        let origin = ContinuousClock.now
        let arenas = try InProcessRun.arenas(plan)
        let transport = InProcessTransport(targets: plan.transfers.map { arenas[$0.to].landing($0) })
        let reports = Mutex<[Int: Result<WorkerReport, RunError>]>([:])
        // Setup counts as an iteration that all must finish, so that its metrics come as one.
        let setup = IterationGate(workers: plan.workers.count, after: -1, last: 0)

        let done = DispatchGroup()
        for index in plan.workers.indices {
            done.enter()
            let name = plan.workers[index].worker.name
            @Sendable func end(_ result: Result<WorkerReport, RunError>) {
                if case .failure = result {
                    transport.cancel()
                    gate.cancel()
                }
                reports.withLock { $0[index] = result }
                done.leave()
            }
            do throws(ThreadRefusal) {
                try startThread(name, stackBytes: AddressSpace.workerStackBytes) { [self] in
                    end(Result { () throws(RunError) in try work(index, arenas[index], transport, setup, origin) })
                }
            } catch {
                end(.failure(.short(worker: name, reason: error.description)))
            }
        }
        done.wait()

        let finished = reports.withLock { $0 }
        if let failure = InProcessRun.failure(finished) { throw failure }
        var kept: [ValueID: Tensor] = [:]
        var states: [ValueID: Tensor] = [:]
        var traces: [WorkerTrace] = []
        var implementations: [[String: [String: Int]]] = []
        for (index, worker) in plan.workers.enumerated() {
            if case .success(let report)? = finished[index] {
                kept.merge(report.kept) { first, _ in first }
                traces.append(report.trace)
                implementations.append(report.implementations)
            }
            for state in worker.states {
                states[state.id] = Tensor(copying: arenas[index].view(state.range, state.type).readOnly)
            }
        }
        return RunResult(
            kept: kept, states: states, conclusion: gate.conclusion, records: log.records, traces: traces,
            implementations: implementations)
    }

    /// The memory of each worker.
    private static func arenas(_ plan: Plan) throws(RunError) -> [TensorBuffer] {
        var arenas: [TensorBuffer] = []
        for worker in plan.workers {
            do throws(MemoryShortage) {
                arenas.append(try TensorBuffer(asking: worker.arenaCount))
            } catch {
                throw .short(worker: worker.worker.name, reason: error.description)
            }
        }
        return arenas
    }

    private struct WorkerReport: Sendable {
        let kept: [ValueID: Tensor]
        let trace: WorkerTrace
        let implementations: [String: [String: Int]]
    }

    /// The failure that began it: not that of a worker whom another's failure made stop.
    private static func failure(_ reports: [Int: Result<WorkerReport, RunError>]) -> RunError? {
        var failures: [RunError] = []
        for index in reports.keys.sorted() {
            if case .failure(let error)? = reports[index] { failures.append(error) }
        }
        let cause = failures.first { failure in
            guard case .failed(_, _, let reason) = failure else { return true }
            return reason != MessagingError.cancelled.description
        }
        return cause ?? failures.first
    }

    private func work(
        _ index: Int, _ arena: TensorBuffer, _ transport: InProcessTransport, _ setup: IterationGate,
        _ origin: ContinuousClock.Instant
    ) throws(RunError) -> WorkerReport {
        let own = plan.workers[index]
        let eventsWanted = own.setup.count + own.finish.count + own.body.count * plan.expansion.iterations
        let worker = try WorkerLoop(
            own, arena: arena, transport: transport, log: log, catalog: catalog, files: files,
            origin: origin, traceLimit: min(eventsWanted, WorkerTrace.mostEvents(isRemote: false)))
        try worker.run(.setup, iteration: 0)
        for state in own.states {
            guard let start = startStates[state.id] else { continue }
            start.withView { arena.view(state.range, start.type).copy(from: $0) }
        }
        if setup.finish(0, worker: index) { log.complete(0) }

        var iteration = first + 1
        while gate.begin(iteration) {
            worker.keepStates(before: iteration, best: gate.best)
            try worker.run(.body, iteration: iteration)
            if gate.finish(iteration, worker: index, magnitude: worker.magnitude) { log.complete(iteration) }
            iteration += 1
        }
        let best = gate.conclude()
        if let best { try worker.goBack(to: best) }
        try worker.run(.finish, iteration: best ?? iteration - 1)
        return WorkerReport(kept: worker.kept, trace: worker.trace, implementations: worker.implementations)
    }
}
