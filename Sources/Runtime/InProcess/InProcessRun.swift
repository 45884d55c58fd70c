internal import Foundation
package import GraphModel
package import Kernels
internal import Messaging
package import Scheduling
internal import Synchronization
package import Tensors

/// Runs a plan with all its workers in this process, a thread each.
package struct InProcessRun: Run {
    private let plan: Plan
    private let catalog: KernelCatalog
    private let files: GraphFiles
    private let log: MetricsLog
    private let startStates: [ValueID: Tensor]
    /// While it runs.
    private let transport = CurrentTransport()
    private let exchange: LocalExchange

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
        startStates = checkpoint?.states ?? [:]
        let first = checkpoint?.iteration ?? 0
        let monitor = ConvergenceMonitor(ConvergenceRule(plan.expansion), after: first, history: history)
        exchange = LocalExchange(
            CoordinatorMachine(plan, isInOneProcess: true, after: first, monitor: monitor, now: .now),
            workers: plan.workers.map {
                WorkerMachine($0.worker.name, iterations: plan.expansion.iterations, after: first)
            },
            log: log, cancel: { [transport] in transport.cancel() })
    }

    /// Ends the run after the iteration that the foremost worker is in.
    package func stop() {
        exchange.post(.stop)
    }

    /// Runs to the last iteration, or to where ``stop()`` ends it.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)`` with the first failure; all workers have ended by then.
    package func run() throws(RunError) -> RunResult {
        let origin = ContinuousClock.now
        let arenas = try InProcessRun.arenas(plan)
        let carrier = InProcessTransport(targets: plan.transfers.map { arenas[$0.to].receiveBuffer($0) })
        transport.begin(carrier)
        // The memory is not kept for longer than it is used.
        defer { transport.end() }
        let reports = Mutex<[Int: WorkerReport]>([:])
        let done = DispatchGroup()
        for index in plan.workers.indices {
            done.enter()
            do throws(ThreadRefusal) {
                try startThread(plan.workers[index].worker.name, stackBytes: AddressSpace.workerStackBytes) { [self] in
                    let report = work(index, arenas[index], carrier, origin)
                    reports.withLock { $0[index] = report }
                    done.leave()
                }
            } catch {
                fail(index, .short(worker: plan.workers[index].worker.name, reason: error.description))
                done.leave()
            }
        }
        done.wait()

        let conclusion = try exchange.conclusion()
        let finished = reports.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
        var kept: [ValueID: Tensor] = [:]
        var states: [ValueID: Tensor] = [:]
        for report in finished { kept.merge(report.kept) { first, _ in first } }
        for (index, worker) in plan.workers.enumerated() {
            for state in worker.states {
                states[state.id] =
                    kept[state.id] ?? Tensor(copying: arenas[index].view(state.range, state.type).readOnly)
            }
        }
        return RunResult(
            kept: kept, states: states, conclusion: conclusion, records: log.records, traces: finished.map(\.trace),
            implementations: finished.map(\.implementations))
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

    /// Ends the run for a failure of a worker: the first is told, those that it brings about are not.
    private func fail(_ worker: Int, _ error: RunError) {
        exchange.post(.failed(error))
        exchange.post(.failed(error), to: worker)
    }

    /// Does a worker's part; `nil` where it has not even been prepared.
    private func work(
        _ index: Int, _ arena: TensorBuffer, _ carrier: InProcessTransport, _ origin: ContinuousClock.Instant
    ) -> WorkerReport? {
        var loop: WorkerLoop?
        exchange.post(.start, to: index)
        while let work = exchange.nextWork(index) {
            do throws(RunError) {
                if loop == nil { loop = try makeLoop(index, arena, carrier, origin) }
                guard let worker = loop else { break }
                if work == .takeStates { takeStates(worker, arena) }
                let (metrics, magnitude) = try worker.compute(work)
                exchange.post(.did(work, metrics: metrics, magnitude: magnitude), to: index)
            } catch {
                fail(index, error)
            }
        }
        return loop.map { WorkerReport(kept: $0.kept, trace: $0.trace, implementations: $0.implementations) }
    }

    private func makeLoop(
        _ index: Int, _ arena: TensorBuffer, _ carrier: InProcessTransport, _ origin: ContinuousClock.Instant
    ) throws(RunError) -> WorkerLoop {
        let own = plan.workers[index]
        let events = own.setup.count + own.finish.count + own.body.count * plan.expansion.iterations
        return try WorkerLoop(
            own, arena: arena, transport: carrier, catalog: catalog, files: files, origin: origin,
            traceLimit: min(events, WorkerTrace.mostEvents(isRemote: false)))
    }

    /// Gives a worker's states the values that the run goes on from.
    private func takeStates(_ worker: WorkerLoop, _ arena: TensorBuffer) {
        for state in worker.plan.states {
            guard let start = startStates[state.id] else { continue }
            start.withView { arena.view(state.range, start.type).copy(from: $0) }
        }
    }
}

/// The transport of a run that is under way, for who ends it.
private final class CurrentTransport: Sendable {
    private let transport = Mutex<InProcessTransport?>(nil)

    func begin(_ carrier: InProcessTransport) { transport.withLock { $0 = carrier } }

    func end() { transport.withLock { $0 = nil } }

    func cancel() { transport.withLock { $0 }?.cancel() }
}
