internal import Foundation

/// The shell of a run whose workers are threads of this process: the machines of coordinator and workers tell each other
/// what they have to say at once, under one lock.
final class LocalExchange: @unchecked Sendable {  // Safe: all state is used under `condition`.
    private let condition = NSCondition()
    private var coordinator: CoordinatorMachine
    private var workers: [WorkerMachine]
    /// For every worker what it is to do next.
    private var pending: [WorkerMachine.Work?]
    private var isOver: [Bool]
    private var outcome: Result<Conclusion, RunError>?
    /// Iterations that are to be passed on, and whether somebody does so.
    private var completed: [RunProgress.Completed] = []
    private var isPassingOn = false
    private let log: MetricsLog
    private let cancel: @Sendable () -> Void

    private enum Letter {
        case toCoordinator(CoordinatorMachine.Event)
        case toWorker(Int, WorkerMachine.Event)
    }

    /// - Parameter cancel: Ends all waiting for values.
    init(
        _ coordinator: CoordinatorMachine, workers: [WorkerMachine], log: MetricsLog,
        cancel: @escaping @Sendable () -> Void
    ) {
        self.coordinator = coordinator
        self.workers = workers
        self.log = log
        self.cancel = cancel
        pending = workers.map { _ in nil }
        isOver = workers.map { _ in false }
        // Values are handed over within the process.
        _ = self.coordinator.handle(.received, at: .now)
    }

    /// Something has happened to the run as a whole.
    func post(_ event: CoordinatorMachine.Event) { deliver(.toCoordinator(event)) }

    /// Something has happened to a worker; called on its thread, which passes on what iterations are complete by it.
    func post(_ event: WorkerMachine.Event, to worker: Int) {
        deliver(.toWorker(worker, event))
        passOn()
    }

    /// What a worker is to do next, as soon as that is known; `nil` where its part is over.
    func nextWork(_ worker: Int) -> WorkerMachine.Work? {
        condition.lock()
        defer { condition.unlock() }
        while pending[worker] == nil, !isOver[worker] { condition.wait() }
        defer { pending[worker] = nil }
        return isOver[worker] ? nil : pending[worker]
    }

    /// How the run went, once all workers are over.
    func conclusion() throws(RunError) -> Conclusion {
        guard let outcome = condition.withLock({ outcome }) else { throw .cancelled }
        return try outcome.get()
    }

    private func deliver(_ letter: Letter) {
        condition.lock()
        var letters = [letter]
        var next = 0
        var isCancelled = false
        while next < letters.count {
            switch letters[next] {
            case .toCoordinator(let event):
                for command in coordinator.handle(event, at: .now) { letters += carryOut(command) }
            case .toWorker(let worker, let event):
                for command in workers[worker].handle(event, at: .now) {
                    if case .cancel = command { isCancelled = true }
                    letters += carryOut(command, of: worker)
                }
            }
            next += 1
        }
        condition.broadcast()
        condition.unlock()
        if isCancelled { cancel() }
    }

    private func carryOut(_ command: CoordinatorMachine.Command) -> [Letter] {
        switch command {
        case .tell(let worker, let message): return [.toWorker(worker, .told(epoch: 0, message))]
        case .complete(let iteration, let metrics):
            completed.append(RunProgress.Completed(iteration: iteration, metrics: metrics))
        case .end(let result): outcome = result
        // Each worker takes its states and files itself.
        case .sendStates, .look, .sendPart: break
        }
        return []
    }

    private func carryOut(_ command: WorkerMachine.Command, of worker: Int) -> [Letter] {
        switch command {
        case .tell(let message): return [.toCoordinator(.heard(worker: worker, epoch: 0, message))]
        case .begin(let work):
            pending[worker] = work
            if case .iterate(let iteration, _) = work {
                return [.toCoordinator(.begun(worker: worker, iteration: iteration))]
            }
        case .end: isOver[worker] = true
        case .cancel:
            // What has not been begun is not begun any more.
            guard pending[worker] != nil else { return [] }
            pending[worker] = nil
            return [.toWorker(worker, .failed(.cancelled))]
        case .pass: break
        }
        return []
    }

    /// Passes iterations on in order, one thread at a time; whoever is told may post again.
    private func passOn() {
        condition.lock()
        defer { condition.unlock() }
        guard !isPassingOn else { return }
        isPassingOn = true
        while !completed.isEmpty {
            let next = completed.removeFirst()
            condition.unlock()
            log.complete(next.iteration, next.metrics)
            condition.lock()
        }
        isPassingOn = false
    }
}
