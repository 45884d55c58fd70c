internal import GraphModel

/// How far each worker is, and how far it may go.
struct RunProgress {
    private var finishedBy: [Int?]
    private let first: Int
    private var last: Int
    private var readyCount = 0
    private var stopped = false
    private let planned: Int
    private var monitor: ConvergenceMonitor
    /// The largest magnitude that workers have reported so far of iterations that not all are done with.
    private var magnitudes: [Int: Float] = [:]
    private(set) var traces: [Int: WorkerRecord] = [:]
    private var parts: [Int: [WorkerRecord.Part]] = [:]

    /// Parts of a record that are kept: more than any worker of ours sends.
    private static let mostParts = 200

    /// - Parameter monitor: Looks at each iteration that all are done with.
    init(workers: Int, after first: Int, last: Int, monitor: ConvergenceMonitor) {
        finishedBy = Array(repeating: nil, count: workers)
        self.first = first
        planned = last
        self.last = monitor.verdict == .goOn ? last : min(last, first + 1)
        self.monitor = monitor
        finished = first
    }

    /// Whether every worker has handed over all.
    var isOver: Bool { traces.count == finishedBy.count }

    /// The last iteration that all are done with.
    private(set) var finished: Int
    /// The last iteration that may begin: two ahead of the slowest, which hides communication.
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
        Conclusion(monitor, last: finished, planned: planned, wasStopped: stopped)
    }

    /// Whether this makes all ready.
    mutating func ready() -> Bool {
        readyCount += 1
        return readyCount == finishedBy.count
    }

    /// The iterations that are complete now, in order.
    ///
    /// - Parameters:
    ///   - magnitude: The largest in the worker's states.
    ///   - metrics: What the workers have reported of an iteration that all are done with.
    mutating func done(
        _ iteration: Int, by worker: Int, magnitude: Float, metrics: (Int) -> [ValueID: Float]
    ) -> [Int] {
        // Each counts setup as 0 and goes on from `first` in steps of one; anything else is no worker of ours.
        guard iteration == finishedBy[worker].map({ max($0, first) + 1 }) ?? 0 else { return [] }
        let before = slowest
        finishedBy[worker] = iteration
        magnitudes[iteration] = largest(magnitudes[iteration], magnitude)
        guard let now = slowest, now != before else { return [] }
        guard now > 0 else { return [0] }
        finished = now
        // Before anybody is let into the next but one, so that all end with the next.
        let verdict = monitor.take(now, metrics(now), magnitude: magnitudes.removeValue(forKey: now) ?? 0)
        if verdict != .goOn { last = min(last, now + 1) }
        return [now]
    }

    private var slowest: Int? {
        finishedBy.contains(nil) ? nil : finishedBy.compactMap(\.self).min()
    }

    mutating func recorded(_ worker: Int, _ part: WorkerRecord.Part) {
        guard (parts[worker]?.count ?? 0) < RunProgress.mostParts else { return }
        parts[worker, default: []].append(part)
    }

    mutating func ended(_ worker: Int, _ record: WorkerRecord) {
        traces[worker] = record.with(parts.removeValue(forKey: worker) ?? [])
    }

    /// Ends the run after the iteration that the foremost worker may be in.
    mutating func stop() {
        guard !stopped else { return }
        stopped = true
        last = min(last, allowed)
    }
}
