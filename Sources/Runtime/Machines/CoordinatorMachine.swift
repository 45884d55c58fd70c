package import GraphModel
package import Scheduling

/// The coordinator's side of a run: it decides, does no input or output, and knows no clock but the instants that events
/// bring.
///
/// It gathers workers that are ready, lets iterations begin, notices who is lost and what has stalled, answers requests for
/// files, and ends the run.
package struct CoordinatorMachine {
    /// Where a run is.
    package enum Stage: Equatable, Sendable {
        /// Workers make their kernels; so many are ready.
        case preparing(ready: Int)
        case running
        /// All iterations are computed, and values come back.
        case finishing
        case over
    }

    /// What happens.
    package enum Event: Sendable {
        /// A worker has said something, in an epoch of the run.
        case heard(worker: Int, epoch: UInt32, WorkerMessage)
        /// A worker begins an iteration; told where all are in one process.
        case begun(worker: Int, iteration: Int)
        /// What a file holds that a worker wants, or why there is none.
        case looked(worker: Int, request: Int, FileRequest.Answer)
        /// All values that workers hand over are here.
        case received
        /// Somebody wants an early end.
        case stop
        /// Time has passed: when anything last came from each worker, and how often anything but words has arrived.
        case tick(heard: [ContinuousClock.Instant], moves: Int)
        /// What should be done cannot be.
        case failed(RunError)
    }

    /// What is to be done.
    package enum Command: Sendable {
        case tell(worker: Int, CoordinatorMessage)
        /// Send the states that the run goes on from.
        case sendStates
        /// Look what is in a file of the graph.
        case look(worker: Int, request: Int, path: String)
        /// Send the part of a file that begins at a byte.
        case sendPart(FileRequest, from: Int)
        /// All are done with an iteration.
        case complete(iteration: Int, metrics: [ValueID: Float])
        /// The run is over; nothing comes after it.
        case end(Result<Conclusion, RunError>)
    }

    private let plan: Plan
    private let endpoints: [String]
    private let first: Int
    private let epoch: UInt32
    private let limits: TimeLimits
    private let knownPaths: Set<String>
    private let isInOneProcess: Bool
    private var progress: RunProgress
    private var failures: FailureDetector
    private var stall: StallDetector
    private var requests: [FileRequest.Key: FileRequest] = [:]
    private var ready: Set<Int> = []
    private var ended: Set<Int> = []
    private var hasReceived = false
    package private(set) var stage = Stage.preparing(ready: 0)
    /// Words that were not awaited, or of another epoch.
    package private(set) var dropped = 0

    /// - Parameters:
    ///   - endpoints: Where the workers are, for messages.
    ///   - isInOneProcess: Whether words arrive at once, and each beginning of an iteration is told.
    ///   - paths: Of the graph's files.
    ///   - first: The iteration that the run goes on from; 0 at the start.
    package init(
        _ plan: Plan, endpoints: [String] = [], isInOneProcess: Bool = false, paths: Set<String> = [],
        after first: Int = 0, epoch: UInt32 = 0,
        monitor: ConvergenceMonitor, limits: TimeLimits = TimeLimits(), now: ContinuousClock.Instant
    ) {
        self.plan = plan
        self.endpoints = endpoints
        self.first = first
        self.epoch = epoch
        self.limits = limits
        knownPaths = paths
        self.isInOneProcess = isInOneProcess
        progress = RunProgress(
            workers: plan.workers.count, after: first, last: plan.expansion.iterations, monitor: monitor,
            isToldOfBeginnings: isInOneProcess)
        failures = FailureDetector(limits, now: now)
        stall = StallDetector(workers: plan.workers.count, now: now)
    }

    package mutating func handle(_ event: Event, at now: ContinuousClock.Instant) -> [Command] {
        guard stage != .over else { return [] }
        switch event {
        case .heard(let worker, let epoch, let message):
            guard epoch == self.epoch, plan.workers.indices.contains(worker) else {
                dropped += 1
                return []
            }
            if case .alive(let standing) = message {
                stall.note(standing, of: worker, at: now)
            } else if !message.isAnswerToPing {
                stall.note(at: now)
            }
            return heard(message, of: worker)
        case .begun(_, let iteration):
            progress.begun(iteration)
            return []
        case .looked(let worker, let request, let answer): return looked(worker, request, answer)
        case .received:
            hasReceived = true
            return endIfAllIsHere()
        case .stop:
            progress.stop()
            guard stage == .running else { return [] }
            // They may have been let further, and where all are in one process none has begun that.
            let hold = isInOneProcess ? tellAll(.hold(after: progress.allowed)) : []
            // Where it stands between two iterations, nobody is left to say that all are done.
            return hold + concludeIfDone()
        case .tick(let heard, let moves): return tick(heard, moves, now)
        case .failed(let error): return end(.failure(error))
        }
    }

    // MARK: Words

    private mutating func heard(_ message: WorkerMessage, of worker: Int) -> [Command] {
        switch message {
        case .ready: return isReady(worker)
        case .done(let iteration, let metrics, let magnitude):
            return done(iteration, by: worker, metrics, magnitude: magnitude)
        case .ended where stage == .finishing:
            ended.insert(worker)
            return endIfAllIsHere()
        case .want(let request, let path):
            guard knownPaths.contains(path) else {
                return [.tell(worker: worker, .noFile(request: request, reason: "\(path): no file of this graph"))]
            }
            return [.look(worker: worker, request: request, path: path)]
        case .send(let request, let offset): return send(worker, request, from: offset)
        case .failed(let instance, let reason):
            return end(.failure(.failed(worker: name(worker), instance: instance, reason: reason)))
        case .refusal(let reason): return end(.failure(.lost(worker: name(worker), reason: reason)))
        case .busy:
            return end(.failure(.lost(worker: name(worker), reason: "it has begun to serve another run")))
        case .alive, .pong, .recorded, .record: return []
        case .ended, .welcome, .probed, .scratch:
            dropped += 1
            return []
        }
    }

    private mutating func isReady(_ worker: Int) -> [Command] {
        guard case .preparing = stage, ready.insert(worker).inserted else {
            dropped += 1
            return []
        }
        stage = .preparing(ready: ready.count)
        guard ready.count == plan.workers.count else { return [] }
        stage = .running
        return tellAll(.proceed(upTo: progress.allowed, best: nil))
    }

    private mutating func done(
        _ iteration: Int, by worker: Int, _ metrics: [ValueID: Float], magnitude: Float
    ) -> [Command] {
        guard stage == .running, iteration == progress.next(of: worker), iteration <= progress.allowed else {
            dropped += 1
            return []
        }
        guard let completed = progress.done(iteration, by: worker, metrics, magnitude: magnitude) else { return [] }
        var commands = [Command.complete(iteration: completed.iteration, metrics: completed.metrics)]
        if completed.iteration == 0, first > 0 { commands.append(.sendStates) }
        let conclusion = concludeIfDone()
        guard conclusion.isEmpty, completed.iteration > 0 else { return commands + conclusion }
        return commands + tellAll(.proceed(upTo: progress.allowed, best: progress.best))
    }

    private mutating func concludeIfDone() -> [Command] {
        guard let end = progress.end else { return [] }
        stage = .finishing
        return tellAll(.conclude(after: end.last, goBackTo: end.goBackTo))
    }

    private mutating func endIfAllIsHere() -> [Command] {
        guard stage == .finishing, hasReceived, ended.count == plan.workers.count else { return [] }
        return end(.success(progress.conclusion))
    }

    private mutating func end(_ result: Result<Conclusion, RunError>) -> [Command] {
        stage = .over
        return tellAll(.leave) + [.end(result)]
    }

    private func tellAll(_ message: CoordinatorMessage) -> [Command] {
        plan.workers.indices.map { .tell(worker: $0, message) }
    }

    private func name(_ worker: Int) -> String { plan.workers[worker].worker.name }

    // MARK: Files

    private mutating func looked(_ worker: Int, _ number: Int, _ answer: FileRequest.Answer) -> [Command] {
        switch answer {
        case .file(let path, let hash, let bytes):
            let request = FileRequest(worker: worker, number: number, path: path, bytes: bytes)
            // A worker asks for one at a time.
            requests = requests.filter { $0.key.worker != worker }
            requests[request.key] = request
            return [.tell(worker: worker, .file(request: number, hash: hash, bytes: bytes))]
        case .missing(let reason): return [.tell(worker: worker, .noFile(request: number, reason: reason))]
        }
    }

    private func send(_ worker: Int, _ number: Int, from offset: Int) -> [Command] {
        guard let request = requests[FileRequest.Key(worker: worker, number: number)],
            UInt32(exactly: number) != nil, (0..<request.bytes).contains(offset)
        else {
            let reason = "a part was asked for that no file of this graph has"
            return [.tell(worker: worker, .noFile(request: number, reason: reason))]
        }
        return [.sendPart(request, from: offset)]
    }

    // MARK: Time

    private mutating func tick(
        _ heard: [ContinuousClock.Instant], _ moves: Int, _ now: ContinuousClock.Instant
    ) -> [Command] {
        switch failures.look(heard, at: now) {
        case .heldUp:
            stall.note(at: now)
            return []
        case .lost(let worker, let silence):
            let place = endpoints.indices.contains(worker) ? " at \(endpoints[worker])" : ""
            return end(
                .failure(
                    .lost(
                        worker: name(worker),
                        reason:
                            "it has been silent for \(silence.components.seconds) s; see whether it still runs\(place)")
                ))
        case .alive:
            stall.note(moves: moves, at: now)
            guard let waits = stall.waits(at: now, limit: limits.stall) else { return [] }
            let chain = plan.chain(of: waits, endpoints: endpoints)
            return end(
                .failure(.stalled("nothing has moved for \(limits.stall.components.seconds) s: \(chain)")))
        }
    }
}

extension WorkerMessage {
    /// Whether it only says that the worker is there.
    fileprivate var isAnswerToPing: Bool {
        if case .pong = self { return true }
        return false
    }
}
