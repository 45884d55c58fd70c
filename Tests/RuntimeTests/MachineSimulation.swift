import GraphModel
import Kernels
import Messaging
import Runtime
import Scheduling
import Tensors
import TestSupport

/// Coordinator and workers play a run against each other over a network that keeps the order of each pair and nothing
/// else, in an order that chance gives; no time passes but that of the events.
struct MachineSimulation {
    /// What goes wrong in a run.
    enum Trouble: CaseIterable, Equatable {
        case none
        /// Somebody wants an early end.
        case stop
        /// A worker goes away without a word.
        case crash
        /// Its kernel fails.
        case failure
        /// Its program is told to end.
        case dismissal
        /// Nothing of the coordinator reaches a worker any more.
        case deafness
        /// A worker does not reach another.
        case unreached
        /// Words of an older epoch come late.
        case lateWords
        /// The run diverges, and goes back.
        case divergence
        /// What one worker sends another is lost: all wait, and nothing moves.
        case stall
    }

    private enum Letter {
        case toWorker(Int, UInt32, CoordinatorMessage)
        case toCoordinator(Int, UInt32, WorkerMessage)
    }

    static let epoch: UInt32 = 3

    let trouble: Trouble
    /// Whether all are in one process: words arrive at once.
    let isLocal: Bool
    let first: Int
    let iterations: Int
    private var random: SeededRandom
    private var coordinator: CoordinatorMachine
    private var workers: [WorkerMachine]
    private var now = ContinuousClock.now
    /// What is on its way, by receiver: to the coordinator from each, and to each.
    private var toCoordinator: [[(UInt32, WorkerMessage)]]
    private var toWorker: [[(UInt32, CoordinatorMessage)]]
    private var heard: [ContinuousClock.Instant]
    private var heardCoordinator: [ContinuousClock.Instant]
    private var work: [WorkerMachine.Work?]
    private var unreached: [[Int]]
    private var isGone: [Bool]
    /// The worker that trouble comes to.
    private(set) var victim = 0
    private var troubleAt: Int
    private var steps = 0

    /// Words that coordinator and victim have dropped.
    var dropped: (coordinator: Int, worker: Int) { (coordinator.dropped, workers[victim].dropped) }

    /// What each worker's states have been computed to.
    private(set) var values: [Int]
    /// Of what iteration the values are that it has given back.
    private(set) var given: [Int?]
    private(set) var completed: [Int] = []
    private(set) var outcome: Result<Conclusion, RunError>?
    private(set) var isOver: [Bool]
    /// Where the foremost worker was when somebody wanted an end.
    private(set) var stoppedAt: Int?
    /// What must not happen, and did.
    private(set) var faults: [String] = []

    init(_ plan: Plan, _ trouble: Trouble, isLocal: Bool, after first: Int, seed: UInt64) {
        self.trouble = trouble
        self.isLocal = isLocal
        self.first = first
        iterations = plan.expansion.iterations
        random = SeededRandom(seed)
        let count = plan.workers.count
        let endpoints = (0..<count).map { "tcp://host-\($0):1" }
        let peers = (0..<count).map { worker in
            (0..<count).filter { $0 != worker }.map {
                Assignment.Peer(worker: $0, name: "worker \($0)", endpoint: endpoints[$0], key: nil)
            }
        }
        coordinator = CoordinatorMachine(
            plan, endpoints: endpoints, isInOneProcess: isLocal, after: first, epoch: Self.epoch,
            monitor: ConvergenceMonitor(ConvergenceRule(plan.expansion), after: first), now: now)
        workers = (0..<count).map { worker in
            WorkerMachine(
                "worker \(worker)", peers: isLocal ? [] : peers[worker], iterations: plan.expansion.iterations,
                after: first,
                epoch: Self.epoch)
        }
        toCoordinator = Array(repeating: [], count: count)
        toWorker = Array(repeating: [], count: count)
        heard = Array(repeating: now, count: count)
        heardCoordinator = heard
        work = Array(repeating: nil, count: count)
        unreached = isLocal ? peers.map { _ in [] } : peers.map { $0.map(\.worker) }
        isGone = Array(repeating: false, count: count)
        values = Array(repeating: first > 0 ? -1 : 0, count: count)
        given = Array(repeating: nil, count: count)
        isOver = isGone
        victim = Int.random(in: 0..<count, using: &random)
        troubleAt = Int.random(in: 0..<(10 * count + 10), using: &random)
        for worker in 0..<count { post(.start, to: worker) }
    }

    /// Plays until nothing is left to happen.
    mutating func play() {
        while steps < 20_000 {
            steps += 1
            if steps == troubleAt { strike() }
            if !act() {
                // What is left is to wait.
                guard outcome == nil || zip(isOver, isGone).contains(where: { !$0 && !$1 }) else { break }
                pass(.milliseconds(400))
            }
        }
        if outcome == nil { faults.append("the run never ends") }
        for worker in workers.indices where !isOver[worker] && !isGone[worker] {
            faults.append("worker \(worker) never ends")
        }
    }

    // MARK: What can happen

    /// One of the things that can happen now, by chance; false where there is none.
    private mutating func act() -> Bool {
        var choices: [Int] = []
        let count = workers.count
        for worker in 0..<count {
            if !toCoordinator[worker].isEmpty { choices.append(worker) }
            if !toWorker[worker].isEmpty, !isGone[worker] { choices.append(count + worker) }
            if work[worker] != nil, !isGone[worker], !(isStalled && worker == victim) {
                choices.append(2 * count + worker)
            }
            if !unreached[worker].isEmpty, !isGone[worker], work[worker] == nil || work[worker] == .prepare,
                trouble != .unreached || worker != victim
            {
                choices.append(3 * count + worker)
            }
        }
        guard let choice = choices.randomElement(using: &random) else { return false }
        now += .microseconds(Int.random(in: 1...2000, using: &random))
        let worker = choice % count
        switch choice / count {
        case 0:
            let (epoch, message) = toCoordinator[worker].removeFirst()
            heard[worker] = now
            post(.heard(worker: worker, epoch: epoch, message))
        case 1:
            let (epoch, message) = toWorker[worker].removeFirst()
            if trouble == .deafness, worker == victim, steps > troubleAt { break }
            heardCoordinator[worker] = now
            post(.told(epoch: epoch, message), to: worker)
        case 2: compute(worker)
        default: post(.reached(worker: unreached[worker].removeFirst()), to: worker)
        }
        if isLocal { deliverAll() }
        return true
    }

    /// Whether the victim waits for a value that will never come.
    private var isStalled: Bool {
        guard trouble == .stall, case .iterate? = work[victim] else { return false }
        return true
    }

    /// Lets everything arrive that is on its way.
    private mutating func deliverAll() {
        while let worker = workers.indices.first(where: { !toCoordinator[$0].isEmpty || !toWorker[$0].isEmpty }) {
            if !toCoordinator[worker].isEmpty {
                let (epoch, message) = toCoordinator[worker].removeFirst()
                post(.heard(worker: worker, epoch: epoch, message))
            } else {
                let (epoch, message) = toWorker[worker].removeFirst()
                post(.told(epoch: epoch, message), to: worker)
            }
        }
    }

    /// Time goes by, in which all that are there give signs of life.
    private mutating func pass(_ time: Duration) {
        now += time
        if trouble == .stall, isStalled {
            for worker in workers.indices {
                let wait: Standing.Wait = work[worker] == nil ? .word : .transfer(.value(transfer: 0))
                post(.heard(worker: worker, epoch: Self.epoch, .alive(Standing(moves: 7, wait: wait))))
            }
        }
        for worker in workers.indices where !isGone[worker] {
            // Who is over says nothing more.
            if !isOver[worker] { heard[worker] = now }
            let isDeaf = trouble == .deafness && worker == victim && steps > troubleAt
            if !isDeaf, outcome == nil { heardCoordinator[worker] = now }
            post(.tick(heard: heardCoordinator[worker]), to: worker)
        }
        post(.tick(heard: heard, moves: trouble == .stall ? 7 : steps))
    }

    private mutating func strike() {
        switch trouble {
        case .stop:
            stoppedAt = values.max()
            post(.stop)
            if isLocal { deliverAll() }
        case .crash:
            isGone[victim] = true
            // What it has said is still on its way.
            toWorker[victim] = []
        case .dismissal: post(.dismissed("it was told to end"), to: victim)
        case .lateWords:
            post(.heard(worker: victim, epoch: Self.epoch - 1, .done(iteration: 99, metrics: [:], magnitude: 0)))
            post(.heard(worker: victim, epoch: Self.epoch - 1, .failed(instance: "x", reason: "long ago")))
            post(.told(epoch: Self.epoch - 1, .leave), to: victim)
            post(.told(epoch: Self.epoch - 1, .proceed(upTo: 99, best: nil)), to: victim)
            // Nor does what comes out of turn do harm.
            post(.heard(worker: victim, epoch: Self.epoch, .done(iteration: 99, metrics: [:], magnitude: 0)))
        case .none, .failure, .deafness, .unreached, .divergence, .stall: break
        }
    }

    private mutating func compute(_ worker: Int) {
        guard let next = work[worker] else { return }
        work[worker] = nil
        if trouble == .failure, worker == victim, steps >= troubleAt {
            return post(
                .failed(.failed(worker: "worker \(worker)", instance: "x", reason: "its kernel fails")), to: worker)
        }
        var metrics: [ValueID: Float] = [:]
        switch next {
        case .prepare, .setUp: break
        case .takeStates: values[worker] = first
        case .iterate(let iteration, _):
            if values[worker] != iteration - 1 { faults.append("\(next) of worker \(worker) at \(values[worker])") }
            values[worker] = iteration
            // One residual a worker; it grows without bound where the run is to diverge.
            let isWild = trouble == .divergence && iteration > first + 2
            metrics[ValueID("residual", worker)] = isWild ? .nan : 1 / Float(iteration)
        case .finish(let iteration, let goesBack):
            if goesBack { values[worker] = iteration }
            if values[worker] != iteration { faults.append("\(next) of worker \(worker) at \(values[worker])") }
        case .giveBack:
            given[worker] = values[worker]
        }
        post(.did(next, metrics: metrics, magnitude: 1), to: worker)
    }

    // MARK: The shells

    private mutating func post(_ event: CoordinatorMachine.Event) {
        let wasOver = outcome != nil
        let commands = coordinator.handle(event, at: now)
        if wasOver, !commands.isEmpty { faults.append("the coordinator commands after its end") }
        for command in commands {
            switch command {
            case .tell(let worker, let message): if !isGone[worker] { toWorker[worker].append((Self.epoch, message)) }
            case .complete(let iteration, let metrics):
                completed.append(iteration)
                if iteration > 0, metrics.count != workers.count {
                    faults.append("metrics of \(iteration) are missing")
                }
            case .end(let result):
                if outcome != nil { faults.append("it ends twice") }
                outcome = result
            case .sendStates, .look, .sendPart: break
            }
        }
    }

    private mutating func post(_ event: WorkerMachine.Event, to worker: Int) {
        guard !isGone[worker] else { return }
        let wasOver = isOver[worker]
        let commands = workers[worker].handle(event, at: now)
        if wasOver, !commands.isEmpty { faults.append("worker \(worker) commands after its end") }
        for command in commands {
            switch command {
            case .tell(let message):
                toCoordinator[worker].append((Self.epoch, message))
                // The values that it gives back are here before it says so.
                if case .ended = message, given.allSatisfy({ $0 != nil }) { post(.received) }
            case .begin(let next):
                if work[worker] != nil { faults.append("worker \(worker) is to do two things at once") }
                if case .iterate(let iteration, _) = next, iteration > first + 2,
                    workers.indices.contains(where: { values[$0] < iteration - 2 })
                {
                    faults.append("worker \(worker) begins \(iteration) while another is at \(values)")
                }
                work[worker] = next
                if isLocal, case .iterate(let iteration, _) = next {
                    post(.begun(worker: worker, iteration: iteration))
                }
            case .end: isOver[worker] = true
            case .cancel:
                // What it is at ends soon, with nothing to show for it.
                if work[worker] != nil, workers[worker].stage == .leaving {
                    work[worker] = nil
                    post(.failed(.failed(worker: "worker \(worker)", instance: "x", reason: "cancelled")), to: worker)
                }
            case .pass: break
            }
        }
    }
}
