internal import Dispatch
internal import Foundation
internal import Synchronization

/// Turns the first Ctrl-C into a request to stop; a second one ends the process as usual.
final class Interrupt: Sendable {
    private let stopped = Mutex(false)
    /// Safe: a dispatch source may be used from any thread.
    private nonisolated(unsafe) let source: any DispatchSourceSignal

    init(_ stop: @escaping @Sendable () -> Void) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: DispatchQueue(label: "interrupt"))
        source.setEventHandler { [self] in
            stopped.withLock { $0 = true }
            signal(SIGINT, SIG_DFL)
            stop()
        }
        source.resume()
    }

    /// Whether a stop was asked for.
    var isStopped: Bool { stopped.withLock { $0 } }

    /// Leaves Ctrl-C to the system again.
    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
