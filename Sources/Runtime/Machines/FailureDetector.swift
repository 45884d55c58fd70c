/// Tells from when anything was heard of some workers which of them are there.
package struct FailureDetector {
    private let limits: TimeLimits
    /// Before it nobody was asked for signs of life, or they were not looked at.
    private var start: ContinuousClock.Instant
    private var lastLook: ContinuousClock.Instant

    package init(_ limits: TimeLimits, now: ContinuousClock.Instant) {
        self.limits = limits
        start = now
        lastLook = now
    }

    /// What is found.
    package enum Finding: Equatable, Sendable {
        case alive
        /// A worker has been silent for longer than it may be.
        case lost(worker: Int, silence: Duration)
        /// Whoever looks was held up itself: it was hashing a file, or stopped, or the machine slept.
        case heldUp
    }

    /// Looks at when anything last came from each worker.
    package mutating func look(_ heard: [ContinuousClock.Instant], at now: ContinuousClock.Instant) -> Finding {
        defer { lastLook = now }
        guard now - lastLook < limits.heldUp else {
            start = now
            return .heldUp
        }
        for (worker, last) in heard.enumerated() {
            let limit = last > start ? limits.workerSilence : limits.firstSign
            if now - max(last, start) > limit { return .lost(worker: worker, silence: limit) }
        }
        return .alive
    }
}
