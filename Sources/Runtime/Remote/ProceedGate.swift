internal import Foundation

/// Lets one worker into the next iteration as far as its coordinator says.
final class ProceedGate: @unchecked Sendable {  // Safe: all state is used under `condition`.
    private let condition = NSCondition()
    private var allowed: Int
    private var last = Int.max
    private var cancelled = false

    init(after first: Int) {
        allowed = first
    }

    /// Waits until `iteration` may begin; false where the run ends before it.
    func begin(_ iteration: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !cancelled, iteration <= last, iteration > allowed { condition.wait() }
        return !cancelled && iteration <= last
    }

    func proceed(upTo iteration: Int) {
        condition.lock()
        defer { condition.unlock() }
        allowed = max(allowed, iteration)
        condition.broadcast()
    }

    func finish(after iteration: Int) {
        condition.lock()
        defer { condition.unlock() }
        last = min(last, iteration)
        condition.broadcast()
    }

    func cancel() {
        condition.lock()
        defer { condition.unlock() }
        cancelled = true
        condition.broadcast()
    }

    var isCancelled: Bool {
        condition.lock()
        defer { condition.unlock() }
        return cancelled
    }
}
