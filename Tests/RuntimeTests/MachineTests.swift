import GraphModel
import Kernels
import Runtime
import Scheduling
import Tensors
import TestSupport
import Testing

/// A loop of so many iterations over a state on each worker, which stops where its residual is told to.
private func simulatedPlan(workers: Int, iterations: Int) throws -> Plan {
    let files = FileFacts([FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 8, 8]))])
    let expansion = try Graph("loop", summary: "") { g in
        let axis = g.axis("part", count: Setting(workers))
        let x = g.state("x", initial: g.add("image", Load("image.npy")), over: axis)
        let next = g.add("next", Scale(0.5), x, over: axis)
        g.next(x, next)
        let residual = g.add("residual", RelativeChange(), next, x, over: axis)
        g.metric(residual)
        g.stop(when: residual, below: 0, for: 1)
        g.loop(Setting(iterations))
        g.output("result", x)
    }.expand(files)
    return Plan(
        expansion, workers: HostFile(local: workers, threads: 1).workers, links: .instant,
        placement: placement(expansion) { $0.index })
}

@Suite("A run as two machines", .timeLimit(.minutes(10)))
struct MachineTests {
    private static let iterations = 4

    /// Plans of one to three workers.
    private static let plans = try? (1...3).map { try simulatedPlan(workers: $0, iterations: iterations) }

    /// Plays runs of every sort with this trouble.
    private func play(
        _ trouble: MachineSimulation.Trouble, isLocal: Bool = false, seeds: Range<UInt64>,
        _ check: (MachineSimulation) -> Void
    ) throws {
        let plans = try #require(Self.plans)
        for seed in seeds {
            let first = trouble == .divergence ? 0 : [0, 0, 2, Self.iterations][Int(seed / 3 % 4)]
            var simulation = MachineSimulation(
                plans[Int(seed % 3)], trouble, isLocal: isLocal, after: first, seed: seed)
            simulation.play()
            if !simulation.faults.isEmpty {
                Issue.record("\(trouble), seed \(seed): \(simulation.faults.prefix(3).joined(separator: "; "))")
                return
            }
            check(simulation)
        }
    }

    /// Whether all workers have given back values of the iteration that the run says, and every iteration up to the last was
    /// told once, in order.
    private func isSound(_ simulation: MachineSimulation, _ conclusion: Conclusion) -> Bool {
        let all = simulation.completed
        let expected = all.indices.map { $0 == 0 ? 0 : simulation.first + $0 }
        return simulation.given.allSatisfy { $0 == conclusion.iteration } && all == expected
            && (conclusion.iteration <= (all.last ?? 0) || all == [0])
    }

    /// Whether a failure names the worker that it came from.
    private func names(_ error: RunError, _ victim: Int, by trouble: MachineSimulation.Trouble) -> Bool {
        switch error {
        case .failed(let worker, let instance, _):
            trouble == .failure && worker == "worker \(victim)" && instance == "x"
        case .lost(let worker, let reason):
            worker == "worker \(victim)"
                && (trouble != .unreached || reason.contains("it is not reached at tcp://host-"))
        default: false
        }
    }

    /// A hundred thousand runs in all, with those of the tests below.
    private static let runs: Range<UInt64> = 0..<10_100

    @Test("ends with the values of its last iteration, in whatever order things happen", arguments: [false, true])
    func undisturbed(isLocal: Bool) throws {
        try play(.none, isLocal: isLocal, seeds: Self.runs) { simulation in
            guard case .success(let conclusion)? = simulation.outcome else {
                Issue.record("\(String(describing: simulation.outcome))")
                return
            }
            #expect(conclusion.ending == .iterations && conclusion.iteration == Self.iterations)
            #expect(isSound(simulation, conclusion))
        }
    }

    @Test(
        "that is stopped ends after an iteration that all have computed, in one process after the one under way",
        arguments: [false, true])
    func stopped(isLocal: Bool) throws {
        try play(.stop, isLocal: isLocal, seeds: Self.runs) { simulation in
            guard case .success(let conclusion)? = simulation.outcome else {
                Issue.record("\(String(describing: simulation.outcome))")
                return
            }
            #expect(conclusion.ending == .interrupted || conclusion.iteration == Self.iterations)
            #expect(isSound(simulation, conclusion))
            guard isLocal, let stopped = simulation.stoppedAt else { return }
            #expect(conclusion.iteration <= max(stopped, simulation.first) + 1)
        }
    }

    @Test("that diverges goes back to its best iteration")
    func diverged() throws {
        try play(.divergence, seeds: Self.runs) { simulation in
            guard case .success(let conclusion)? = simulation.outcome, case .diverged = conclusion.ending else {
                Issue.record("\(String(describing: simulation.outcome))")
                return
            }
            #expect(conclusion.iteration == 2 && isSound(simulation, conclusion))
        }
    }

    @Test("hears nothing of an older epoch, or out of turn")
    func lateWords() throws {
        var heard = 0
        try play(.lateWords, seeds: Self.runs) { simulation in
            guard case .success(let conclusion)? = simulation.outcome else {
                Issue.record("\(String(describing: simulation.outcome))")
                return
            }
            #expect(conclusion.iteration == Self.iterations && isSound(simulation, conclusion))
            // Three words to the coordinator and two to the worker, unless the run was over by then.
            let dropped = simulation.dropped
            #expect([0, 3].contains(dropped.coordinator) && [0, 2].contains(dropped.worker))
            heard += dropped.coordinator == 3 && dropped.worker == 2 ? 1 : 0
        }
        #expect(heard > Self.runs.count / 2)
    }

    @Test("that has stalled says so")
    func stalled() throws {
        try play(.stall, seeds: 0..<1000) { simulation in
            guard simulation.first < Self.iterations else { return }
            guard case .failure(.stalled(let text))? = simulation.outcome else {
                Issue.record("\(String(describing: simulation.outcome))")
                return
            }
            #expect(text.hasPrefix("nothing has moved for 60 s: "))
        }
    }

    @Test(
        "ends for all that are there where one goes away, fails, is told to end, hears nothing or reaches nobody",
        arguments: [.crash, .failure, .dismissal, .deafness, .unreached] as [MachineSimulation.Trouble], [false, true])
    func lost(_ trouble: MachineSimulation.Trouble, isLocal: Bool) throws {
        // Words get lost, and workers are reached, between processes only.
        guard !isLocal || trouble == .failure || trouble == .dismissal else { return }
        var failures = 0
        try play(trouble, isLocal: isLocal, seeds: Self.runs) { simulation in
            switch simulation.outcome {
            case .success(let conclusion)?: #expect(isSound(simulation, conclusion))
            case .failure(let error)?:
                failures += 1
                #expect(names(error, simulation.victim, by: trouble), "\(error) names worker \(simulation.victim)")
            case nil: Issue.record("it has no end")
            }
        }
        #expect(failures > Self.runs.count / 4)
    }
}

@Suite("Time limits of a run")
struct TimeLimitTests {
    private let start = ContinuousClock.now
    private let limits = TimeLimits()

    private func later(_ time: Duration) -> ContinuousClock.Instant { start + time }

    private func coordinator(_ workers: Int = 2) throws -> CoordinatorMachine {
        CoordinatorMachine(
            try simulatedPlan(workers: workers, iterations: 3), endpoints: (0..<workers).map { "tcp://host:\($0)" },
            monitor: ConvergenceMonitor(nil), limits: limits, now: start)
    }

    /// How a run ended, by what was commanded.
    private func error(_ commands: [CoordinatorMachine.Command]) -> RunError? {
        for case .end(.failure(let error)) in commands { return error }
        return nil
    }

    /// Ticks as the shell does, up to a time; of what comes first that is not nothing.
    private func pass(
        _ machine: inout CoordinatorMachine, from: Duration = .zero, to end: Duration,
        heard: (ContinuousClock.Instant) -> [ContinuousClock.Instant],
        moves: (ContinuousClock.Instant) -> Int = { _ in 0 }
    ) -> (after: Duration, error: RunError)? {
        var time = from
        while time < end {
            time += .milliseconds(250)
            let now = later(time)
            if let error = error(machine.handle(.tick(heard: heard(now), moves: moves(now)), at: now)) {
                return (time, error)
            }
        }
        return nil
    }

    @Test("a worker that is silent is lost, and named")
    func silence() throws {
        var machine = try coordinator()
        let last = later(.seconds(2))
        let found = try #require(
            pass(&machine, to: .seconds(60)) { now in [now, min(now, last)] })
        #expect(found.after > .seconds(2) + limits.workerSilence && found.after < .seconds(3) + limits.workerSilence)
        #expect(
            found.error
                == .lost(
                    worker: "worker 1", reason: "it has been silent for 10 s; see whether it still runs at tcp://host:1"
                ))
        #expect(machine.stage == .over)
    }

    @Test("a worker's first sign of life may take longer")
    func firstSign() throws {
        var machine = try coordinator()
        let found = try #require(pass(&machine, to: .seconds(60)) { now in [now, start] })
        #expect(found.after > limits.firstSign && found.after < limits.firstSign + .seconds(1))
    }

    @Test("who was held up itself takes nobody for lost")
    func heldUp() throws {
        var machine = try coordinator()
        let early = later(.seconds(1))
        #expect(pass(&machine, to: .seconds(9), heard: { [min($0, early), min($0, early)] }) == nil)
        // The machine slept for a minute.
        #expect(error(machine.handle(.tick(heard: [early, early], moves: 0), at: later(.seconds(69)))) == nil)
        #expect(pass(&machine, from: .seconds(69), to: .seconds(98), heard: { _ in [early, early] }) == nil)
        #expect(pass(&machine, from: .seconds(98), to: .seconds(101), heard: { _ in [early, early] }) != nil)
    }

    @Test("where all wait and nothing moves, the run has stalled; a single move begins the time anew")
    func stall() throws {
        var machine = try coordinator()
        for worker in 0..<2 {
            _ = machine.handle(
                .heard(worker: worker, epoch: 0, .alive(Standing(moves: 1, wait: .word))), at: later(.seconds(1)))
        }
        let found = try #require(
            pass(&machine, to: .seconds(200), heard: { [$0, $0] }, moves: { $0 < later(.seconds(30)) ? 0 : 1 }))
        #expect(found.after > .seconds(30) + limits.stall && found.after < .seconds(31) + limits.stall)
        #expect(found.error.description.hasPrefix("nothing has moved for 60 s: "))
    }

    @Test("a coordinator that is silent is given up, whatever the worker is at", arguments: [false, true])
    func coordinatorSilence(isWorking: Bool) {
        var machine = WorkerMachine("worker 0", iterations: 3, after: 0)
        _ = machine.handle(.start, at: start)
        if !isWorking { _ = machine.handle(.did(.prepare, metrics: [:], magnitude: 0), at: start) }
        #expect(machine.handle(.tick(heard: start), at: later(limits.coordinatorSilence)).isEmpty)
        let commands = machine.handle(.tick(heard: start), at: later(limits.coordinatorSilence + .seconds(1)))
        #expect(commands.contains { if case .cancel = $0 { true } else { false } })
        let ended =
            isWorking
            ? machine.handle(.did(.prepare, metrics: [:], magnitude: 0), at: later(.seconds(20))) : commands
        #expect(ended.contains { if case .end = $0 { true } else { false } })
        #expect(machine.hasLostCoordinator)
        #expect(machine.stage == .over)
    }

    @Test("a worker that another does not reach is named, from when that one is prepared")
    func reaching() {
        let peer = Assignment.Peer(worker: 1, name: "worker 1", endpoint: "tcp://host:7", key: nil)
        var machine = WorkerMachine("worker 0", peers: [peer], iterations: 3, after: 0)
        _ = machine.handle(.start, at: start)
        #expect(machine.handle(.tick(heard: later(.seconds(60))), at: later(.seconds(60))).isEmpty)
        #expect(machine.handle(.did(.prepare, metrics: [:], magnitude: 0), at: later(.seconds(60))).isEmpty)
        let heard = later(.seconds(66))
        #expect(machine.handle(.tick(heard: heard), at: later(.seconds(64))).isEmpty)
        let commands = machine.handle(.tick(heard: heard), at: later(.seconds(66)))
        guard case .tell(.refusal(let reason))? = commands.first else {
            Issue.record("\(commands)")
            return
        }
        #expect(
            reason
                == "worker 1: it is not reached at tcp://host:7 by worker 0 within 5 s; all workers must reach each other, "
                + "so check firewall and address")
        #expect(machine.stage == .over)
    }
}
