internal import Messaging
internal import Synchronization

/// Lets one worker into the next iteration as far as its coordinator says.
final class ProceedGate: Sendable {
    private struct State {
        var allowed: Int
        var best: Int?
        var conclusion: (last: Int, goBackTo: Int?)?
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
        wait { $0.cancelled || $0.conclusion != nil || iteration <= $0.allowed }
        return state.withLock { !$0.cancelled && iteration <= $0.conclusion?.last ?? $0.allowed }
    }

    /// The best of the iterations that all workers are known to be done with.
    var best: Int? {
        state.withLock { $0.best }
    }

    /// Waits until all workers are done with the last iteration; the one to go back to, if the run diverged.
    func conclude() -> Int? {
        wait { $0.cancelled || $0.conclusion != nil }
        return state.withLock { $0.conclusion?.goBackTo }
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

    func proceed(upTo iteration: Int, best: Int?) {
        state.withLock { state in
            state.allowed = max(state.allowed, iteration)
            state.best = best
        }
        office.changed()
    }

    func conclude(after last: Int, goBackTo best: Int?) {
        state.withLock { $0.conclusion = (last, best) }
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
