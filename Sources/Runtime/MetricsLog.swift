package import GraphModel
internal import Synchronization

/// The metrics of one iteration.
package struct IterationRecord: Equatable, Sendable {
    /// From 1; 0 for what was known before the loop.
    package let iteration: Int
    /// By value, such as `psnr` or `noise[1]`.
    package let metrics: [ValueID: Float]
    /// Seconds since the iteration before, or since the start.
    package let seconds: Double

    package init(iteration: Int, metrics: [ValueID: Float], seconds: Double) {
        self.iteration = iteration
        self.metrics = metrics
        self.seconds = seconds
    }
}

/// Takes the metrics that a worker computes.
package protocol MetricsSink: Sendable {
    func report(_ id: ValueID, _ value: Float, iteration: Int)
}

/// Collects what workers report, and passes each iteration on when all are done with it.
package final class MetricsLog: MetricsSink {
    private struct State {
        var open: [Int: [ValueID: Float]] = [:]
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

    package func report(_ id: ValueID, _ value: Float, iteration: Int) {
        state.withLock { $0.open[iteration, default: [:]][id] = value }
    }

    /// What was reported of an iteration that has not been passed on.
    func metrics(of iteration: Int) -> [ValueID: Float] {
        state.withLock { $0.open[iteration] ?? [:] }
    }

    /// Passes an iteration on.
    func complete(_ iteration: Int) {
        let record = state.withLock { state in
            let now = ContinuousClock.now
            let record = IterationRecord(
                iteration: iteration, metrics: state.open.removeValue(forKey: iteration) ?? [:],
                seconds: (now - state.last).seconds)
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
