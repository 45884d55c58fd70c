internal import Foundation
package import GraphModel

/// Lets the workers of a run into the next iteration, keeps them within two of each other, and decides with which all
/// of them stop.
package final class IterationGate: @unchecked Sendable {  // Safe: all state is used under `condition`.
    private let condition = NSCondition()
    private var finished: [Int]
    private var started: Int
    private var last: Int
    private let planned: Int
    /// The iteration that always runs, so that what the loop yields is there even after an early stop.
    private let least: Int
    private var cancelled = false
    private var stopped = false
    private var monitor: ConvergenceMonitor?
    private let metrics: (Int) -> [ValueID: Float]
    /// The largest magnitude that workers have reported so far of iterations that not all are done with.
    private var magnitudes: [Int: Float] = [:]

    /// - Parameters:
    ///   - workers: How many take part.
    ///   - first: The iteration before the first: 0, or the one a checkpoint holds.
    ///   - last: The last iteration.
    ///   - monitor: Looks at each iteration that all are done with, where the run may end before the last.
    ///   - metrics: What the workers have reported of such an iteration.
    package init(
        workers: Int, after first: Int, last: Int, monitor: ConvergenceMonitor? = nil,
        metrics: @escaping (Int) -> [ValueID: Float] = { _ in [:] }
    ) {
        finished = Array(repeating: first, count: workers)
        started = first
        planned = last
        self.last = monitor.map { $0.verdict == .goOn } ?? true ? last : min(last, first + 1)
        least = first + 1
        self.monitor = monitor
        self.metrics = metrics
    }

    /// Waits until `iteration` may begin; false where the run ends before it.
    func begin(_ iteration: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        // One iteration ahead of the slowest hides communication; more would only delay a stop.
        while !cancelled, iteration <= last, slowest < iteration - 2 { condition.wait() }
        guard !cancelled, iteration <= last else { return false }
        started = max(started, iteration)
        return true
    }

    /// Notes that a worker is done with an iteration; true where all are.
    ///
    /// - Parameter magnitude: The largest in its states.
    func finish(_ iteration: Int, worker: Int, magnitude: Float = 0) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        magnitudes[iteration] = largest(magnitudes[iteration], magnitude)
        finished[worker] = iteration
        let isComplete = slowest >= iteration
        // Before anybody is let into the next but one, so that all end with the next.
        if isComplete { judge(iteration) }
        condition.broadcast()
        return isComplete
    }

    private func judge(_ iteration: Int) {
        let magnitude = magnitudes.removeValue(forKey: iteration) ?? 0
        guard let verdict = monitor?.take(iteration, metrics(iteration), magnitude: magnitude), verdict != .goOn else {
            return
        }
        last = min(last, iteration + 1)
    }

    /// The best of the iterations that all are done with.
    var best: Int? {
        condition.lock()
        defer { condition.unlock() }
        return monitor?.best
    }

    /// Waits until all workers are done with the last iteration; the one to go back to, if the run diverged.
    func conclude() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !cancelled, slowest < last { condition.wait() }
        guard !cancelled, case .diverged(let divergence)? = monitor?.verdict else { return nil }
        return divergence.best
    }

    /// Ends the run after the iteration that the foremost worker is in; before the first, after that.
    package func stop() {
        condition.lock()
        defer { condition.unlock() }
        stopped = true
        last = min(last, max(started, least))
        condition.broadcast()
    }

    /// Ends the run at once.
    func cancel() {
        condition.lock()
        defer { condition.unlock() }
        cancelled = true
        condition.broadcast()
    }

    private var slowest: Int { finished.min() ?? 0 }

    /// How the run went, once it is over.
    var conclusion: Conclusion {
        condition.lock()
        defer { condition.unlock() }
        return Conclusion(monitor, last: slowest, planned: planned, wasStopped: stopped)
    }
}
