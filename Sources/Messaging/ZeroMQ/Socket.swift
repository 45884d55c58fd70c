internal import CZeroMQ
internal import Glibc

/// One ZeroMQ socket, closed exactly once: it cannot be copied. Threads may take turns at it, under a lock, as at
/// libzmq's own.
struct Socket: ~Copyable {
    enum Pattern {
        /// Speaks to one peer.
        case dealer
        /// Speaks to all that connect, each by its identity.
        case router

        fileprivate var number: Int32 {
            switch self {
            case .dealer: ZMQ_DEALER
            case .router: ZMQ_ROUTER
            }
        }
    }

    let handle: UnsafeMutableRawPointer
    // A socket must be gone before its context.
    private let context: Context

    /// - Throws: ``MessagingError/library(_:_:)``.
    init(_ pattern: Pattern, in context: Context) throws(MessagingError) {
        guard let handle = zmq_socket(context.handle, pattern.number) else { throw .last("zmq_socket") }
        self.handle = handle
        self.context = context
    }

    deinit {
        zmq_close(handle)
    }

    /// Sets an option that is a number.
    func set(_ option: Int32, _ value: Int32) throws(MessagingError) {
        var value = value
        guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) == 0 else {
            throw .last("zmq_setsockopt")
        }
    }

    /// Sets an option that is a large number.
    func setLarge(_ option: Int32, _ value: Int64) throws(MessagingError) {
        var value = value
        guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int64>.size) == 0 else {
            throw .last("zmq_setsockopt")
        }
    }

    /// Sets an option that is a text.
    func set(_ option: Int32, _ value: String) throws(MessagingError) {
        guard zmq_setsockopt(handle, option, value, value.utf8.count) == 0 else { throw .last("zmq_setsockopt") }
    }

    /// What can be read from when something happens at the socket; all that is there must then be received.
    ///
    /// - Throws: ``MessagingError/library(_:_:)``.
    func descriptor() throws(MessagingError) -> Int32 {
        var descriptor: Int32 = -1
        var size = MemoryLayout<Int32>.size
        guard zmq_getsockopt(handle, ZMQ_FD, &descriptor, &size) == 0 else { throw .last("zmq_getsockopt") }
        return descriptor
    }

    /// Listens at an endpoint such as `tcp://127.0.0.1:7001`; port `*` is any that is free.
    ///
    /// - Returns: the endpoint with its port.
    /// - Throws: ``MessagingError/endpoint(_:_:)``.
    func bind(to endpoint: String) throws(MessagingError) -> String {
        guard zmq_bind(handle, endpoint) == 0 else { throw .last("cannot listen there", endpoint) }
        var text = [CChar](repeating: 0, count: 256)
        var count = text.count
        guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else { throw .last("zmq_getsockopt") }
        return String(decoding: text.prefix(max(count - 1, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Connects, now or as soon as somebody listens there.
    ///
    /// - Throws: ``MessagingError/endpoint(_:_:)``.
    func connect(to endpoint: String) throws(MessagingError) {
        guard zmq_connect(handle, endpoint) == 0 else { throw .last("cannot connect there", endpoint) }
    }

    /// Sends a frame; where the peer is gone or unknown it is dropped.
    func send(_ message: consuming Message, more: Bool) throws(MessagingError) {
        let sent = message.withFrame { zmq_msg_send($0, handle, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) }
        guard sent >= 0 else { throw .last("zmq_msg_send") }
    }

    /// Receives a frame that is there.
    ///
    /// - Returns: whether there was one.
    func receive(into message: borrowing Message) throws(MessagingError) -> Bool {
        let count = message.withFrame { zmq_msg_recv($0, handle, ZMQ_DONTWAIT) }
        guard count < 0 else { return true }
        guard zmq_errno() == EAGAIN || zmq_errno() == EINTR else { throw .last("zmq_msg_recv") }
        return false
    }
}
