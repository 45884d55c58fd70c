package import GraphModel

/// A worker's side of a run: it decides when the worker prepares, computes and gives back, does no input or output, and
/// knows no clock but the instants that events bring.
package struct WorkerMachine {
    /// What the worker's thread does, one after the other.
    package enum Work: Hashable, Sendable {
        /// Make the kernels, and call the workers that it sends to.
        case prepare
        /// What comes before the loop.
        case setUp
        /// Take the states that the run goes on from.
        case takeStates
        /// An iteration; with the best of those that all are known to be done with.
        case iterate(Int, best: Int?)
        /// What comes after the loop: for values as they were after an iteration, to which it goes back if it has passed it.
        case finish(Int, goesBack: Bool)
        /// Hand over what is kept, the states and the record.
        case giveBack
    }

    /// Where a worker is in a run.
    package enum Stage: Equatable, Sendable {
        case working(Work)
        /// Done with some work, it waits for its coordinator's word.
        case waiting(after: Work)
        /// Told to leave in the midst of some work, which is being ended.
        case leaving
        case over
    }

    /// What happens.
    package enum Event: Sendable {
        case start
        /// The coordinator has said something, in an epoch of the run.
        case told(epoch: UInt32, CoordinatorMessage)
        /// A worker that this one sends to has answered.
        case reached(worker: Int)
        /// Some work is done; for an iteration with its metrics and the largest magnitude in the states.
        case did(Work, metrics: [ValueID: Float], magnitude: Float)
        case failed(RunError)
        /// Time has passed: when anything last came from the coordinator.
        case tick(heard: ContinuousClock.Instant)
        /// The worker's program ends, and why.
        case dismissed(String)
    }

    /// What is to be done.
    package enum Command: Sendable {
        case tell(WorkerMessage)
        case begin(Work)
        /// End all waiting in the work that is under way.
        case cancel
        /// An answer about a file, for the work that waits for it.
        case pass(CoordinatorMessage)
        /// The worker's part is over; nothing comes after it.
        case end
    }

    private let name: String
    /// The workers that it sends to and that have not answered: a value that never arrives would be waited for for ever.
    private var unreached: [Assignment.Peer]
    /// When it was prepared.
    private var prepared: ContinuousClock.Instant?
    private let iterations: Int
    private let first: Int
    private let epoch: UInt32
    private let limits: TimeLimits
    private var allowed: Int
    private var best: Int?
    private var conclusion: (last: Int, goBackTo: Int?)?
    /// The last iteration that it has computed.
    private var last: Int
    /// Whether its coordinator has gone away in the midst of the run.
    package private(set) var hasLostCoordinator = false
    package private(set) var stage = Stage.waiting(after: .prepare)
    /// Words that were not awaited, or of another epoch.
    package private(set) var dropped = 0

    /// - Parameters:
    ///   - name: Of the worker.
    ///   - peers: Workers that it sends to and must reach.
    ///   - iterations: How many the run has at most.
    ///   - first: The iteration that the run goes on from; 0 at the start.
    package init(
        _ name: String, peers: [Assignment.Peer] = [], iterations: Int, after first: Int, epoch: UInt32 = 0,
        limits: TimeLimits = TimeLimits()
    ) {
        self.name = name
        unreached = peers
        self.iterations = iterations
        self.first = first
        self.epoch = epoch
        self.limits = limits
        allowed = first
        last = first
    }

    /// Whether it waits for its coordinator's word.
    package var isWaiting: Bool {
        if case .waiting = stage { return true }
        return false
    }

    package mutating func handle(_ event: Event, at now: ContinuousClock.Instant) -> [Command] {
        guard stage != .over else { return [] }
        switch event {
        case .start: return begin(.prepare)
        case .told(let epoch, let message):
            if epoch == self.epoch { return told(message) }
            // A coordinator that has gone on without it says so in a later epoch.
            if epoch > self.epoch, case .leave = message { return leave() }
            dropped += 1
            return []
        case .did(let work, let metrics, let magnitude):
            guard stage != .leaving else { return end() }
            guard stage == .working(work) else {
                dropped += 1
                return []
            }
            return did(work, metrics, magnitude, now)
        case .reached(let worker):
            guard let index = unreached.firstIndex(where: { $0.worker == worker }) else { return [] }
            unreached.remove(at: index)
            return isReadyNow && unreached.isEmpty ? ready() : []
        case .failed(let error):
            guard stage != .leaving else { return end() }
            return [.tell(WorkerMessage(error))] + end()
        case .tick(let heard):
            return tick(heard, now)
        case .dismissed(let reason):
            guard stage != .leaving else { return [] }
            return [.tell(.refusal(reason))] + leave()
        }
    }

    private mutating func tick(_ heard: ContinuousClock.Instant, _ now: ContinuousClock.Instant) -> [Command] {
        guard stage != .leaving else { return [] }
        if now - heard > limits.coordinatorSilence {
            hasLostCoordinator = true
            return leave()
        }
        guard isReadyNow, let prepared, let first = unreached.first, now - prepared > limits.reaching else { return [] }
        let error = RunError.lost(
            worker: first.name,
            reason: "it is not reached at \(first.endpoint) by \(name) within "
                + "\(limits.reaching.components.seconds) s; all workers must reach each other, so check firewall and address"
        )
        return [.tell(.refusal(error.description))] + end()
    }

    // MARK: Words

    private mutating func told(_ message: CoordinatorMessage) -> [Command] {
        switch message {
        case .proceed(let iteration, let best):
            allowed = max(allowed, iteration)
            self.best = best
            return goOn()
        case .hold(let last):
            allowed = min(allowed, last)
            return []
        case .conclude(let last, let best):
            conclusion = (last, best)
            return goOn()
        case .file, .noFile: return stage == .leaving ? [] : [.pass(message)]
        case .leave: return leave()
        case .hello, .assign, .ping, .probe, .measureScratch:
            dropped += 1
            return []
        }
    }

    private mutating func leave() -> [Command] {
        switch stage {
        case .working:
            stage = .leaving
            return [.cancel]
        case .waiting: return end()
        case .leaving, .over: return []
        }
    }

    private mutating func end() -> [Command] {
        stage = .over
        return [.cancel, .end]
    }

    // MARK: Work

    private mutating func begin(_ work: Work) -> [Command] {
        stage = .working(work)
        return [.begin(work)]
    }

    /// Whether it is prepared and has not begun to compute.
    private var isReadyNow: Bool { stage == .waiting(after: .prepare) && prepared != nil }

    private mutating func ready() -> [Command] { [.tell(.ready)] + goOn() }

    private mutating func did(
        _ work: Work, _ metrics: [ValueID: Float], _ magnitude: Float, _ now: ContinuousClock.Instant
    ) -> [Command] {
        stage = .waiting(after: work)
        switch work {
        case .prepare:
            prepared = now
            return unreached.isEmpty ? ready() : []
        case .setUp: return [.tell(.done(iteration: 0, metrics: metrics, magnitude: 0))] + goOn()
        case .takeStates: return goOn()
        case .iterate(let iteration, _):
            last = iteration
            return [.tell(.done(iteration: iteration, metrics: metrics, magnitude: magnitude))] + goOn()
        case .finish: return begin(.giveBack)
        // The coordinator has all when it says so.
        case .giveBack: return [.tell(.ended)]
        }
    }

    /// Begins what may begin, if it is waiting.
    private mutating func goOn() -> [Command] {
        guard case .waiting(let work) = stage else { return [] }
        switch work {
        // What comes before the loop begins when all are ready, as an iteration of its own.
        case .prepare: return allowed > first && unreached.isEmpty && prepared != nil ? begin(.setUp) : []
        // States are sent when all are done with setup, which gives them their first values.
        case .setUp where first > 0: return begin(.takeStates)
        case .setUp, .takeStates, .iterate:
            if let conclusion {
                guard conclusion.last == last else {
                    let error = RunError.assignment("it has computed \(last) iterations, not \(conclusion.last)")
                    return [.tell(WorkerMessage(error))] + end()
                }
                return begin(.finish(conclusion.goBackTo ?? last, goesBack: conclusion.goBackTo != nil))
            }
            return last < min(allowed, iterations) ? begin(.iterate(last + 1, best: best)) : []
        case .finish, .giveBack: return []
        }
    }
}

extension WorkerMessage {
    /// What a worker says where it cannot go on.
    init(_ error: RunError) {
        guard case .failed(_, let instance, let reason) = error else {
            self = .refusal(error.description)
            return
        }
        self = .failed(instance: instance, reason: reason)
    }
}
