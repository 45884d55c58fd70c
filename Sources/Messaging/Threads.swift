internal import Foundation

/// A thread could not be started.
package struct ThreadRefusal: Error, Equatable, CustomStringConvertible {
    /// The system's words.
    package let reason: String

    package var description: String {
        "no thread can be started (\(reason)); use fewer workers and threads, or raise the limits on processes and memory "
            + "(ulimit -u, ulimit -v)"
    }
}

/// Starts a thread of its own. Foundation's would never run, and whoever waits for it wait for ever, where the system has no
/// more.
///
/// - Parameters:
///   - name: What the system shows of it.
///   - stackBytes: Of its stack; by default as many as the system gives.
/// - Throws: ``ThreadRefusal`` where the system has none.
package func startThread(
    _ name: String, stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void
) throws(ThreadRefusal) {
    let start = Unmanaged.passRetained(Start(name, body))
    let code = create(start.toOpaque(), stackBytes)
    guard code != 0 else { return }
    start.release()
    throw ThreadRefusal(reason: String(cString: strerror(code)))
}

/// 0, or an `errno`.
private func create(_ start: UnsafeMutableRawPointer, _ stackBytes: Int?) -> Int32 {
    withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
        guard let attributes = memory.baseAddress else { return ENOMEM }
        pthread_attr_init(attributes)
        defer { pthread_attr_destroy(attributes) }
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stackBytes { pthread_attr_setstacksize(attributes, stackBytes) }
        var thread = pthread_t()
        return pthread_create(
            &thread, attributes,
            { start in
                guard let start else { return nil }
                let own = Unmanaged<Start>.fromOpaque(start).takeRetainedValue()
                Thread.current.name = own.name
                own.body()
                return nil
            }, start)
    }
}

private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
