internal import Foundation

/// Settles whose turn it is to look for messages, so that always one thread does: the I/O thread, which does nothing else, or one
/// that waits for what messages bring and so may as well look for them itself.
///
/// A message that wakes the I/O thread, which then wakes the thread that waits, takes twice as long. So whoever waits takes the
/// I/O thread's place when it is free, and the I/O thread comes back when it has not been taken for a while.
///
/// Safe to share: all state is used under `condition`, during which nothing else is locked but what `isTrue` locks.
final class PollingTurns: @unchecked Sendable {
    private enum Turn {
        /// The I/O thread's.
        case ioThread
        /// A thread's that waits.
        case helper
        /// Whose comes first: the I/O thread takes a break.
        case free
    }

    /// What one looks at.
    let poller: Poller

    private let condition = NSCondition()
    private var turn = Turn.ioThread
    private var waiting = 0
    /// How often a helper has gone.
    private var visits = 0

    /// How long the I/O thread looks away after somebody who waited was served: they come back soon, or not for long.
    private static let pause = 0.0005

    /// - Throws: ``MessagingError/library(_:_:)`` where the process has too many files open.
    init() throws(MessagingError) {
        poller = try Poller()
    }

    /// Waits until `isTrue` is so.
    ///
    /// - Parameter look: Looks for messages for a while, and says whether something happened.
    func wait(until isTrue: () -> Bool, look: () -> Bool) {
        guard !isTrue() else { return }
        condition.lock()
        defer { condition.unlock() }
        while !isTrue() {
            guard turn == .free else {
                waiting += 1
                condition.wait()
                waiting -= 1
                continue
            }
            turn = .helper
            condition.unlock()
            var isLively = true
            while isLively, !isTrue() { isLively = look() }
            condition.lock()
            visits &+= 1
            // One that waits for long lets the I/O thread look, and sleeps.
            turn = isLively ? .free : .ioThread
            if !isLively || waiting > 0 { condition.broadcast() }
        }
    }

    /// Something changed that a thread may wait for.
    func changed() {
        condition.lock()
        let isHelping = turn == .helper
        if waiting > 0 { condition.broadcast() }
        condition.unlock()
        if isHelping { poller.ring() }
    }

    /// The I/O thread has looked: those who wait shall see whether that helps them, and may look next.
    func ioThreadHasLooked() {
        condition.lock()
        defer { condition.unlock() }
        guard waiting > 0 else { return }
        condition.broadcast()
        turn = .free
        var seen = visits
        while turn != .ioThread {
            _ = condition.wait(until: Date(timeIntervalSinceNow: PollingTurns.pause))
            if turn == .free, visits == seen { turn = .ioThread }
            seen = visits
        }
    }
}
