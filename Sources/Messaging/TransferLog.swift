internal import Synchronization

/// When values were sent and when they had arrived, up to a number fixed beforehand.
package final class TransferLog: Sendable {
    /// An end of a transfer.
    package struct Mark: Sendable {
        /// Number of the transfer in the plan.
        package let transfer: Int
        /// Which of its values, counted from 1.
        package let number: Int
        /// Microseconds since the run began on this worker.
        package let time: Double
    }

    private struct State {
        var sent: [Mark] = []
        var arrived: [Mark] = []
    }

    private let origin: ContinuousClock.Instant
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - origin: What times count from.
    ///   - limit: Marks of each sort that are kept.
    package init(origin: ContinuousClock.Instant, limit: Int) {
        self.origin = origin
        self.limit = limit
    }

    func sends(_ transfer: Int, _ number: Int) {
        let time = now
        state.withLock { state in
            guard state.sent.count < limit else { return }
            state.sent.append(Mark(transfer: transfer, number: number, time: time))
        }
    }

    func hasArrived(_ transfer: Int, _ number: Int) {
        let time = now
        state.withLock { state in
            guard state.arrived.count < limit else { return }
            state.arrived.append(Mark(transfer: transfer, number: number, time: time))
        }
    }

    private var now: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return Double(seconds) * 1e6 + Double(attoseconds) * 1e-12
    }

    /// When each value began to be sent.
    package var sent: [Mark] { state.withLock { $0.sent } }
    /// When each value was whole.
    package var arrived: [Mark] { state.withLock { $0.arrived } }
}
