public import GraphModel
internal import Synchronization

/// The metrics of one iteration.
public struct IterationRecord: Equatable, Sendable {
    /// From 1; 0 for what was known before the loop.
    public let iteration: Int
    /// By value, such as `psnr` or `noise[1]`.
    public let metrics: [ValueID: Float]
    /// Seconds since the iteration before, or since the start.
    public let seconds: Double

    package init(iteration: Int, metrics: [ValueID: Float], seconds: Double) {
        self.iteration = iteration
        self.metrics = metrics
        self.seconds = seconds
    }
}

/// Keeps the metrics of every iteration that all workers are done with, and passes each on.
package final class MetricsLog: Sendable {
    private struct State {
        var records: [IterationRecord] = []
        var last: ContinuousClock.Instant
    }

    private let state: Mutex<State>
    private let observer: @Sendable (IterationRecord) -> Void

    /// - Parameter observer: Called for each iteration once it is complete, in order, on a worker's thread.
    package init(_ observer: @escaping @Sendable (IterationRecord) -> Void = { _ in }) {
        state = Mutex(State(last: .now))
        self.observer = observer
    }

    /// Takes an iteration that all are done with.
    func complete(_ iteration: Int, _ metrics: [ValueID: Float]) {
        let record = state.withLock { state in
            let now = ContinuousClock.now
            let record = IterationRecord(
                iteration: iteration, metrics: metrics, seconds: (now - state.last).seconds)
            state.last = now
            state.records.append(record)
            return record
        }
        observer(record)
    }

    package var records: [IterationRecord] {
        state.withLock { $0.records }
    }
}

extension Duration {
    /// As a number of seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
