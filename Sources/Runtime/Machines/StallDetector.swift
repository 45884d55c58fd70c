/// Notices a run that has stalled: every worker waits, and nothing arrives anywhere.
///
/// What is lost where a connection between two workers breaks is lost for good: ZeroMQ connects anew, but does not send
/// again. All workers still answer then, and would wait for ever. One that computes is never taken to have stalled, however
/// long that takes.
package struct StallDetector {
    private var standings: [Standing?]
    private var lastMove: ContinuousClock.Instant
    private var moves = 0

    package init(workers: Int, now: ContinuousClock.Instant) {
        standings = Array(repeating: nil, count: workers)
        lastMove = now
    }

    /// Notes what a worker says of itself.
    package mutating func note(_ standing: Standing, of worker: Int, at now: ContinuousClock.Instant) {
        if standings[worker] != standing { lastMove = now }
        standings[worker] = standing
    }

    /// Notes that the run has gone on in some other way.
    package mutating func note(at now: ContinuousClock.Instant) {
        lastMove = now
    }

    /// Notes how often anything has arrived at the coordinator.
    package mutating func note(moves: Int, at now: ContinuousClock.Instant) {
        if moves != self.moves { lastMove = now }
        self.moves = moves
    }

    /// What each worker waits for, where all have done so for as long as `limit` without anything happening; else `nil`.
    package func waits(at now: ContinuousClock.Instant, limit: Duration) -> [Standing.Wait]? {
        guard now - lastMove > limit else { return nil }
        let waits = standings.compactMap { $0?.wait }
        return waits.count == standings.count ? waits : nil
    }
}
