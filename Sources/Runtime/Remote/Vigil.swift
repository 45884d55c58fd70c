internal import GraphModel
internal import Messaging
internal import Scheduling

/// What a coordinator waits for at most.
package struct Patience: Sendable {
    /// For a sign of life of each worker.
    let silence: Duration
    /// For anything to happen while all workers wait. A part of a value takes that long on a link of 70 kB/s.
    let standstill: Duration

    package init(silence: Duration = .seconds(10), standstill: Duration = .seconds(60)) {
        self.silence = silence
        self.standstill = standstill
    }
}

/// Watches over a run: that every worker gives signs of life, and that something moves while all of them wait.
struct Vigil {
    private let plan: Plan
    private let endpoints: [String]
    private let patience: Patience
    private var heard: [ContinuousClock.Instant]
    private var standstill: StandstillWatch

    init(_ plan: Plan, endpoints: [String], _ patience: Patience) {
        self.plan = plan
        self.endpoints = endpoints
        self.patience = patience
        let now = ContinuousClock.now
        heard = endpoints.map { _ in now }
        standstill = StandstillWatch(workers: endpoints.count, now: now)
    }

    /// Notes what a worker has said.
    mutating func note(_ word: Crew.Word) {
        let now = ContinuousClock.now
        heard[word.worker] = now
        guard case .pong(_, _, let standing) = word.message else { return standstill.note(at: now) }
        if let standing { standstill.note(standing, of: word.worker, at: now) }
    }

    /// Looks whether the run can go on.
    ///
    /// - Parameter moves: How often anything has arrived from workers but words.
    /// - Throws: ``RunError/lost(worker:reason:)``.
    mutating func check(moves: Int) throws(RunError) {
        let now = ContinuousClock.now
        if let silent = heard.firstIndex(where: { now - $0 > patience.silence }) {
            throw .lost(
                worker: plan.workers[silent].worker.name,
                reason: "it has been silent for \(patience.silence.components.seconds) s; "
                    + "see whether it still runs at \(endpoints[silent])")
        }
        standstill.note(moves: moves, at: now)
        if let waits = standstill.waits(at: now, patience: patience.standstill) { throw error(waits) }
    }

    /// That nothing moves any more, by the first of the workers that waits for another.
    private func error(_ waits: [Standing.Wait]) -> RunError {
        let time = "nothing has moved for \(patience.standstill.components.seconds) s"
        for (index, wait) in waits.enumerated() {
            let number: Int
            let what: String
            switch wait {
            case .word: continue
            case .transfer(.value(let awaited)): (number, what) = (awaited, "waits for")
            case .transfer(.room(let kept)): (number, what) = (kept, "waits until there is room for")
            }
            guard plan.transfers.indices.contains(number) else { continue }
            let transfer = plan.transfers[number]
            let other = transfer.from == index ? transfer.to : transfer.from
            return .lost(
                worker: plan.workers[index].worker.name,
                reason: "it \(what) '\(plan.instances[transfer.instance].id)', and \(time): the connection with "
                    + "\(plan.workers[other].worker.name) at \(endpoints[other]) has broken; see to the network between them"
            )
        }
        return .lost(
            worker: "all workers",
            reason: "\(time), though they are there; see to the network between them and this machine")
    }
}
