internal import Messaging
internal import Synchronization

/// Lets one worker into the next iteration as far as its coordinator says.
final class ProceedGate: Sendable {
    private struct State {
        var allowed: Int
        var last = Int.max
        var cancelled = false
        var isWaiting = false
    }

    private let state: Mutex<State>
    private let office: PostOffice

    init(after first: Int, _ office: PostOffice) {
        state = Mutex(State(allowed: first))
        self.office = office
    }

    /// Waits until `iteration` may begin; false where the run ends before it.
    func begin(_ iteration: Int) -> Bool {
        wait { $0.cancelled || iteration > $0.last || iteration <= $0.allowed }
        return state.withLock { !$0.cancelled && iteration <= $0.last }
    }

    /// Waits until the run is over for this worker.
    func waitForEnd() {
        wait { $0.cancelled }
    }

    /// Whether the coordinator has to say something before the worker goes on.
    var isWaiting: Bool {
        state.withLock { $0.isWaiting }
    }

    private func wait(until isTrue: (State) -> Bool) {
        guard !state.withLock({ isTrue($0) }) else { return }
        state.withLock { $0.isWaiting = true }
        office.wait { state.withLock { isTrue($0) } }
        state.withLock { $0.isWaiting = false }
    }

    func proceed(upTo iteration: Int) {
        state.withLock { $0.allowed = max($0.allowed, iteration) }
        office.changed()
    }

    func finish(after iteration: Int) {
        state.withLock { $0.last = min($0.last, iteration) }
        office.changed()
    }

    func cancel() {
        state.withLock { $0.cancelled = true }
        office.changed()
    }

    var isCancelled: Bool {
        state.withLock { $0.cancelled }
    }
}
