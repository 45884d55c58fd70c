internal import GraphModel

/// How far each worker of a run is, how far it may go, and with which iteration the run ends.
struct RunProgress {
    /// An iteration that all are done with, and what it yielded.
    struct Completed: Equatable {
        /// 0 is what comes before the loop.
        let iteration: Int
        let metrics: [ValueID: Float]
    }

    private var finishedBy: [Int?]
    private let first: Int
    private let planned: Int
    private var last: Int
    /// The foremost iteration that is known to have begun, where somebody tells.
    private var foremost: Int?
    private(set) var isStopped = false
    private var monitor: ConvergenceMonitor
    /// Of iterations that not all are done with, the largest magnitude and the metrics that workers have told so far.
    private var magnitudes: [Int: Float] = [:]
    private var metrics: [Int: [ValueID: Float]] = [:]
    /// The last iteration that all are done with.
    private(set) var finished: Int

    /// - Parameters:
    ///   - first: The iteration before the first: 0, or the one a checkpoint holds.
    ///   - last: The last that is planned.
    ///   - monitor: Looks at each iteration that all are done with.
    ///   - isToldOfBeginnings: Whether each beginning of an iteration is told.
    init(workers: Int, after first: Int, last: Int, monitor: ConvergenceMonitor, isToldOfBeginnings: Bool) {
        foremost = isToldOfBeginnings ? first : nil
        finishedBy = Array(repeating: nil, count: workers)
        self.first = first
        planned = last
        self.last = monitor.verdict == .goOn ? last : min(last, first + 1)
        self.monitor = monitor
        finished = first
    }

    /// The last iteration that may begin: two ahead of the slowest, which hides communication; more would only delay a stop.
    var allowed: Int { max(min(finished + 2, last), first + 1) }
    /// The best of the iterations that all are done with.
    var best: Int? { monitor.best }

    /// The last iteration, once all are done with it, and the one to go back to, if the run diverged.
    var end: (last: Int, goBackTo: Int?)? {
        guard slowest != nil, finished >= last else { return nil }
        guard case .diverged(let divergence) = monitor.verdict else { return (last, nil) }
        return (last, divergence.best)
    }

    /// How the run went, once it is over.
    var conclusion: Conclusion {
        Conclusion(monitor, last: finished, planned: planned, wasStopped: isStopped)
    }

    /// Notes that a worker is done with an iteration.
    ///
    /// - Parameters:
    ///   - metrics: Those that it computed.
    ///   - magnitude: The largest in its states.
    /// - Returns: the iteration, if all are done with it now; `nil` too where it is not the worker's next one.
    mutating func done(
        _ iteration: Int, by worker: Int, _ metrics: [ValueID: Float], magnitude: Float
    ) -> Completed? {
        // Each counts setup as 0 and goes on from `first` in steps of one; anything else is no worker of ours.
        guard iteration == next(of: worker) else { return nil }
        let before = slowest
        finishedBy[worker] = iteration
        magnitudes[iteration] = largest(magnitudes[iteration], magnitude)
        self.metrics[iteration, default: [:]].merge(metrics) { $1 }
        guard let now = slowest, now != before else { return nil }
        let completed = Completed(iteration: now, metrics: self.metrics.removeValue(forKey: now) ?? [:])
        let magnitude = magnitudes.removeValue(forKey: now) ?? 0
        guard now > 0 else { return completed }
        finished = now
        // Before anybody is let into the next but one, so that all end with the next.
        if monitor.take(now, completed.metrics, magnitude: magnitude) != .goOn { last = min(last, now + 1) }
        return completed
    }

    /// The iteration that a worker is done with next.
    func next(of worker: Int) -> Int { finishedBy[worker].map { max($0, first) + 1 } ?? 0 }

    private var slowest: Int? {
        finishedBy.contains(nil) ? nil : finishedBy.compactMap(\.self).min()
    }

    /// Notes that a worker begins an iteration.
    mutating func begun(_ iteration: Int) {
        foremost = foremost.map { max($0, iteration) }
    }

    /// Ends the run after the iteration that the foremost worker is in or, where nobody tells, may be in; before the first,
    /// after that.
    mutating func stop() {
        guard !isStopped else { return }
        isStopped = true
        last = min(last, foremost.map { max($0, first + 1) } ?? allowed)
    }
}
