internal import CZeroMQ

/// ZeroMQ itself: one for a process, shared by all its sockets. It may be used from any thread.
package final class Context: Sendable {
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer  // Safe: libzmq's contexts may be shared by threads.

    /// - Throws: ``MessagingError/library(_:_:)``.
    package init() throws(MessagingError) {
        guard let handle = zmq_ctx_new() else { throw .last("zmq_ctx_new") }
        self.handle = handle
        // As many sockets as a coordinator of 1024 workers needs.
        zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, 4096)
    }

    deinit {
        zmq_ctx_term(handle)
    }

    /// `4.3.4`
    package static var version: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        zmq_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }
}

extension MessagingError {
    /// What the library last complained of on this thread.
    static func last(_ call: String) -> MessagingError {
        .library(call, String(cString: zmq_strerror(zmq_errno())))
    }

    static func last(_ call: String, _ endpoint: String) -> MessagingError {
        .endpoint(endpoint, "\(call): \(String(cString: zmq_strerror(zmq_errno())))")
    }
}
