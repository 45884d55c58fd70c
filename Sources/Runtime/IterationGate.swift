internal import Foundation

/// Lets the workers of a run into the next iteration, keeps them within two of each other, and decides with which all
/// of them stop.
package final class IterationGate: @unchecked Sendable {  // Safe: all state is used under `condition`.
    private let condition = NSCondition()
    private var finished: [Int]
    private var started: Int
    private var last: Int
    /// The iteration that always runs, so that what the loop yields is there even after an early stop.
    private let least: Int
    private var cancelled = false

    /// - Parameters:
    ///   - workers: How many take part.
    ///   - first: The iteration before the first: 0, or the one a checkpoint holds.
    ///   - last: The last iteration.
    package init(workers: Int, after first: Int, last: Int) {
        finished = Array(repeating: first, count: workers)
        started = first
        self.last = last
        least = first + 1
    }

    /// Waits until `iteration` may begin; false where the run ends before it.
    func begin(_ iteration: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        // One iteration ahead of the slowest hides communication; more would only delay a stop.
        while !cancelled, iteration <= last, (finished.min() ?? 0) < iteration - 2 { condition.wait() }
        guard !cancelled, iteration <= last else { return false }
        started = max(started, iteration)
        return true
    }

    /// Notes that a worker is done with an iteration; true where all are.
    func finish(_ iteration: Int, worker: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        finished[worker] = iteration
        condition.broadcast()
        return (finished.min() ?? 0) >= iteration
    }

    /// Ends the run after the iteration that the foremost worker is in; before the first, after that.
    package func stop() {
        condition.lock()
        defer { condition.unlock() }
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

    /// The last iteration that all workers took part in.
    package var lastFinished: Int {
        condition.lock()
        defer { condition.unlock() }
        return finished.min() ?? 0
    }
}
