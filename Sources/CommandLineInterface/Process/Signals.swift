internal import Foundation
internal import Launching
internal import Messaging
internal import Runtime
internal import Synchronization

/// Signals to this process, taken on a thread of their own, and before the Swift runtime takes them: it answers SIGQUIT with
/// the report of a crash.
///
/// SIGQUIT (`Ctrl-\`) prints a line of what the program is at. Others are whose ``take(_:_:)`` asks for them.
enum Signals {
    private struct State {
        var isWatching = false
        var handlers: [Int32: @Sendable () -> Void] = [:]
        var standing: @Sendable () -> String = { "at work" }
        let began = ContinuousClock.now
    }

    /// Those that this program takes at one time or another.
    private static let all = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private static let state = Mutex(State())

    /// Begins to take signals; called once, before there are other threads of ours.
    static func watch() {
        guard signalPipe.write >= 0 else { return }
        // Threads that are made from here on leave signals to the one that waits for them, so that no call of a library's
        // is interrupted.
        mask(SIG_BLOCK)
        do throws(ThreadRefusal) {
            try startThread("signals") {
                mask(SIG_UNBLOCK)
                while let signal = next() { handle(signal) }
            }
        } catch {
            return mask(SIG_UNBLOCK)
        }
        state.withLock { $0.isWatching = true }
        take(SIGQUIT) {
            let standing = state.withLock { $0.standing }
            Terminal.error("\(standing()), \(time) so far")
        }
    }

    /// How long the program has run.
    static var time: String {
        "\(decimals((ContinuousClock.now - state.withLock { $0.began }).seconds, 1)) s"
    }

    /// Says what the program is at, for who asks by SIGQUIT; the time is added.
    static func setStanding(_ standing: @escaping @Sendable () -> String) {
        state.withLock { $0.standing = standing }
    }

    /// Has `handler` called for a signal, on the thread of signals.
    static func take(_ signal: Int32, _ handler: @escaping @Sendable () -> Void) {
        let isWatching = state.withLock { state in
            state.handlers[signal] = handler
            return state.isWatching
        }
        guard isWatching else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { note($0) }
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }

    /// Leaves a signal to the system again.
    static func release(_ signal: Int32) {
        Foundation.signal(signal, SIG_DFL)
        state.withLock { $0.handlers[signal] = nil }
    }

    /// Whether the program was started to ignore a signal, as `nohup` does.
    static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func handle(_ signal: Int32) {
        state.withLock { $0.handlers[signal] }?()
    }

    private static func next() -> Int32? {
        var byte: UInt8 = 0
        while true {
            let count = read(signalPipe.read, &byte, 1)
            if count == 1 { return Int32(byte) }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    private static func mask(_ how: Int32) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in all { sigaddset(&signals, signal) }
        pthread_sigmask(how, &signals, nil)
    }
}

/// What the handler of a signal writes to: it may do little else. Made before a handler is.
private let signalPipe: (read: Int32, write: Int32) = {
    guard let ends = try? ChildProcess.pipe() else { return (-1, -1) }
    // A handler must not wait.
    _ = fcntl(ends.write, F_SETFL, O_NONBLOCK)
    return ends
}()

private func note(_ signal: Int32) {
    let code = errno
    var byte = UInt8(truncatingIfNeeded: signal)
    _ = write(signalPipe.write, &byte, 1)
    errno = code
}
