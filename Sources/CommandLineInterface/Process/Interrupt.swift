internal import Foundation
internal import Synchronization

/// Turns what asks a program to end into a request to stop: Ctrl-C, SIGTERM, as batch systems send it before they kill, and
/// SIGHUP, as a terminal sends it that is closed.
///
/// A second Ctrl-C ends the process as usual, or says what it waits for, and the third ends it. The others may come as often as they like: a shell passes on the SIGHUP that
/// the terminal has sent already, and a session that ends sends both.
final class Interrupt: Sendable {
    private struct State {
        var first: ContinuousClock.Instant?
        /// When Ctrl-C came again, of which the process did not end.
        var again: ContinuousClock.Instant?
        var isUrgent = false
    }

    private let state = Mutex(State())
    private let signals: [Int32]
    private let sayAgain: (@Sendable () -> Void)?

    /// What comes within this time of the first is the same request: `timeout` sends each signal twice.
    private static let pause = Duration.milliseconds(300)

    /// - Parameters:
    ///   - sayAgain: Called at the second Ctrl-C, which then does not end the process: the third does, with code 1.
    ///   - stop: Called at the first request, on the thread of signals.
    init(sayAgain: (@Sendable () -> Void)? = nil, _ stop: @escaping @Sendable () -> Void) {
        self.sayAgain = sayAgain
        // Under `nohup` a program is to outlive its terminal.
        signals = [SIGINT, SIGTERM] + (Signals.isIgnored(SIGHUP) ? [] : [SIGHUP])
        for signal in signals {
            Signals.take(signal) { [weak self] in self?.ask(signal, stop) }
        }
    }

    /// Whether a stop was asked for.
    var isStopped: Bool { state.withLock { $0.first != nil } }

    /// Whether it was asked for again, some time later.
    var isUrgent: Bool { state.withLock { $0.isUrgent } }

    private func ask(_ signal: Int32, _ stop: () -> Void) {
        let (isFirst, isUrgent) = state.withLock { state in
            guard let first = state.first else {
                state.first = .now
                return (true, false)
            }
            if .now - first > Interrupt.pause { state.isUrgent = true }
            return (false, state.isUrgent)
        }
        if isFirst { return stop() }
        guard isUrgent, signal == SIGINT else { return }
        if let sayAgain {
            let again = state.withLock { state -> ContinuousClock.Instant? in
                defer { state.again = state.again ?? .now }
                return state.again
            }
            guard let again else { return sayAgain() }
            if .now - again > Interrupt.pause { _exit(1) }
            return
        }
        Signals.release(SIGINT)
        kill(getpid(), SIGINT)
    }

    /// Leaves the signals to the system again.
    func end() {
        for signal in signals { Signals.release(signal) }
    }
}
