internal import Scheduling

/// Watches over a run: that every worker gives signs of life, and that something moves while all of them wait.
struct Vigil {
    private let plan: Plan
    private let endpoints: [String]
    private let patience: Patience
    private var standstill: StandstillWatch
    /// Before it nobody was asked for signs of life, or they were not looked at.
    private var start: ContinuousClock.Instant
    private var lastCheck: ContinuousClock.Instant

    /// Workers may be many, and words of theirs more.
    private static let pause = Duration.milliseconds(250)
    private static let longPause = Duration.seconds(5)

    init(_ plan: Plan, endpoints: [String], _ patience: Patience) {
        self.plan = plan
        self.endpoints = endpoints
        self.patience = patience
        start = .now
        lastCheck = start
        standstill = StandstillWatch(workers: endpoints.count, now: start)
    }

    /// Notes what a worker has said.
    mutating func note(_ word: Crew.Word) {
        switch word.message {
        case .alive(let standing): standstill.note(standing, of: word.worker, at: .now)
        case .pong: break
        default: standstill.note(at: .now)
        }
    }

    /// Whether it is time to look again.
    var isDue: Bool { .now - lastCheck > Vigil.pause }

    /// Looks whether the run can go on.
    ///
    /// - Parameters:
    ///   - heard: When anything last came from each worker.
    ///   - moves: How often anything has arrived from workers but words.
    /// - Throws: ``RunError/lost(worker:reason:)``, ``RunError/standstill(_:)``.
    mutating func check(heard: [ContinuousClock.Instant], moves: Int) throws(RunError) {
        let now = ContinuousClock.now
        defer { lastCheck = now }
        guard now - lastCheck < Vigil.longPause else {
            // This program itself was held up: it was hashing a file, or stopped, or the machine slept.
            start = now
            return standstill.note(at: now)
        }
        for (worker, last) in heard.enumerated() {
            // A worker's first word may stand behind the whole of the plan.
            let limit = last > start ? patience.silence : patience.silence * 3
            guard now - max(last, start) > limit else { continue }
            throw .lost(
                worker: plan.workers[worker].worker.name,
                reason: "it has been silent for \(limit.components.seconds) s; "
                    + "see whether it still runs at \(endpoints[worker])")
        }
        standstill.note(moves: moves, at: now)
        guard let waits = standstill.waits(at: now, patience: patience.standstill) else { return }
        let seconds = patience.standstill.components.seconds
        throw .standstill("nothing has moved for \(seconds) s: \(plan.chain(of: waits, endpoints: endpoints))")
    }
}
