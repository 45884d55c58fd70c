internal import GraphModel
internal import Messaging
package import Scheduling

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

    /// Looks now and then whether the run can go on.
    ///
    /// - Parameters:
    ///   - heard: When anything last came from each worker.
    ///   - moves: How often anything has arrived from workers but words.
    /// - Throws: ``RunError/lost(worker:reason:)``, ``RunError/standstill(_:)``.
    mutating func check(heard: [ContinuousClock.Instant], moves: Int) throws(RunError) {
        let now = ContinuousClock.now
        guard now - lastCheck > Vigil.pause else { return }
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
        throw .standstill("nothing has moved for \(seconds) s: \(plan.text(waits, endpoints: endpoints))")
    }
}

extension Plan {
    /// Links of a chain that are told: more make nobody wiser.
    private static let longestChain = 4

    /// Who waits for whom, from the first of the workers that waits for another on to the last in that chain.
    package func text(_ waits: [Standing.Wait], endpoints: [String]) -> String {
        var passed: [Int] = []
        var parts: [String] = []
        var next = waits.firstIndex {
            if case .transfer = $0 { return true }
            return false
        }
        while let index = next, !passed.contains(index), parts.count < Plan.longestChain {
            guard case .transfer(let wait) = waits[index] else { break }
            let (number, what): (Int, String) =
                switch wait {
                case .value(let awaited): (awaited, "for")
                case .room(let kept): (kept, "for room for")
                }
            guard transfers.indices.contains(number) else { break }
            let transfer = transfers[number]
            let other = transfer.from == index ? transfer.to : transfer.from
            let instance = instances[transfer.instance].id
            parts.append(
                "\(workers[index].worker.name) at \(endpoints[index]) waits \(what) '\(instance)' "
                    + "\(transfer.from == index ? "at" : "of") \(workers[other].worker.name) at \(endpoints[other])")
            passed.append(index)
            next = other
        }
        guard !parts.isEmpty else {
            return "all workers wait for this program, though they are there; see to the network between them and it"
        }
        return parts.joined(separator: ", ")
            + "; a connection between them seems to have broken, so see to their network"
    }
}
