internal import CZeroMQ
internal import Glibc

/// One ZeroMQ socket, closed exactly once, which sends and receives whole messages of this program. Threads may take turns at
/// it, under a lock, as at libzmq's own.
final class Socket {
    enum Pattern {
        /// Speaks to one peer.
        case dealer
        /// Speaks to all that connect, each by its identity, which stands before the header.
        case router
    }

    /// What there was to receive.
    enum Arrival {
        case nothing, message
        /// Something that is no well-formed message of this program.
        case refuse
    }

    private let pattern: Pattern
    private let handle: UnsafeMutableRawPointer
    /// Two frames to receive into, the head and the payload; they stay where they are, as libzmq wants it.
    private let frames: UnsafeMutablePointer<zmq_msg_t>
    // A socket must be gone before its context.
    private let context: Context

    /// Bytes up to which a payload that is lent is copied: cheaper than giving it back from another thread.
    private static let smallPayload = 1024

    /// - Parameter endpoint: What it is to be bound or connected to.
    /// - Throws: ``MessagingError/library(_:_:)``.
    init(_ pattern: Pattern, for endpoint: String, in context: Context) throws(MessagingError) {
        guard let handle = zmq_socket(context.handle, pattern == .router ? ZMQ_ROUTER : ZMQ_DEALER) else {
            throw .last("zmq_socket")
        }
        self.pattern = pattern
        self.handle = handle
        self.context = context
        frames = .allocate(capacity: 2)
        for frame in 0..<2 { zmq_msg_init(frames + frame) }
        // Only where it is asked for: a name may have addresses of both families, of which one is of use.
        if endpoint.contains("[") { try set(ZMQ_IPV6, 1) }
        // What is sent is bounded by the plan, not by the library, which would drop it.
        try set(ZMQ_SNDHWM, 0)
        try set(ZMQ_RCVHWM, 0)
        // No message is larger, whoever sends it; nothing is kept of one that says it is.
        try set(ZMQ_MAXMSGSIZE, bytesOf: Int64(FrameHeader.largestPayload + 4096))
        // Last words have a second to leave.
        try set(ZMQ_LINGER, 1000)
    }

    deinit {
        for frame in 0..<2 { zmq_msg_close(frames + frame) }
        frames.deallocate()
        zmq_close(handle)
    }

    /// Sets an option that is a number.
    func set(_ option: Int32, _ value: Int32) throws(MessagingError) {
        try set(option, bytesOf: value)
    }

    private func set(_ option: Int32, bytesOf value: some FixedWidthInteger) throws(MessagingError) {
        var value = value
        guard zmq_setsockopt(handle, option, &value, value.bitWidth / 8) == 0 else { throw .last("zmq_setsockopt") }
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

    // MARK: Messages

    /// Sends a message; where the peer is gone or unknown it is dropped.
    ///
    /// - Parameter identity: Of the peer, among those that a router speaks to.
    func send(
        _ header: FrameHeader, _ payload: Messenger.Payload, to identity: [UInt8]? = nil
    ) throws(MessagingError) {
        if let identity { try send(identity, identity.count, more: true) }
        let head = header.bytes
        switch payload {
        case .none: try send(head, head.count, more: false)
        case .bytes(let bytes):
            try send(head, head.count, more: true)
            try send(bytes, bytes.count, more: false)
        case .lent(let lent) where lent.bytes.count <= Socket.smallPayload:
            try send(head, head.count, more: true)
            try send(lent.bytes.baseAddress, lent.bytes.count, more: false)
        case .lent(let lent):
            try send(head, head.count, more: true)
            guard sendFromWhereItLies(lent) else { throw .last("zmq_msg_send") }
        }
    }

    /// Sends a frame that is a copy.
    private func send(_ bytes: UnsafeRawPointer?, _ count: Int, more: Bool) throws(MessagingError) {
        guard zmq_send(handle, bytes, count, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0 else {
            throw .last("zmq_send")
        }
    }

    /// Sends a last frame, whose memory the library holds on to until it has left, or is dropped.
    private func sendFromWhereItLies(_ lent: Messenger.Lent) -> Bool {
        withUnsafeTemporaryAllocation(of: zmq_msg_t.self, capacity: 1) { memory in
            guard let frame = memory.baseAddress else { return false }
            let hold = Unmanaged.passRetained(lent)
            let code = zmq_msg_init_data(
                frame, UnsafeMutableRawPointer(mutating: lent.bytes.baseAddress), lent.bytes.count,
                { _, hold in
                    if let hold { Unmanaged<Messenger.Lent>.fromOpaque(hold).release() }
                }, hold.toOpaque())
            guard code == 0 else {
                hold.release()
                return false
            }
            if zmq_msg_send(frame, handle, ZMQ_DONTWAIT) >= 0 { return true }
            zmq_msg_close(frame)
            return false
        }
    }

    /// Receives a message, if there is one, and hands it to `take` with the identity that a router knows its sender by.
    func receive(_ take: (_ identity: [UInt8], FrameHeader, UnsafeRawBufferPointer) -> Void) -> Arrival {
        let (head, payload) = (frames, frames + 1)
        guard receive(into: head) else { return .nothing }
        var identity: [UInt8] = []
        if pattern == .router {
            identity = Array(Socket.bytes(head))
            guard zmq_msg_more(head) != 0, receive(into: head) else { return .refuse }
        }
        let header = Result { () throws(FrameError) in try FrameHeader(Socket.bytes(head)) }
        // Nothing of it is kept for longer than it takes to see to it.
        defer {
            for frame in 0..<2 {
                zmq_msg_close(frames + frame)
                zmq_msg_init(frames + frame)
            }
        }
        if zmq_msg_more(head) != 0, receive(into: payload), zmq_msg_more(payload) != 0 {
            while receive(into: head), zmq_msg_more(head) != 0 {}
            return .refuse
        }
        guard case .success(let header) = header, zmq_msg_size(payload) == header.length else { return .refuse }
        take(identity, header, Socket.bytes(payload))
        return .message
    }

    /// Receives a frame, if there is one.
    private func receive(into frame: UnsafeMutablePointer<zmq_msg_t>) -> Bool {
        zmq_msg_recv(frame, handle, ZMQ_DONTWAIT) >= 0
    }

    private static func bytes(_ frame: UnsafeMutablePointer<zmq_msg_t>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: zmq_msg_data(frame), count: zmq_msg_size(frame))
    }
}

extension Messenger {
    /// What stands behind a header.
    package enum Payload: Sendable {
        case none
        case bytes([UInt8])
        case lent(Lent)
    }

    /// Memory that is sent from where it is, and is the lender's again when this is gone, sent or not.
    ///
    /// Safe to share: who lends the memory leaves it as it is until `done` is called, on any thread.
    package final class Lent: @unchecked Sendable {
        let bytes: UnsafeRawBufferPointer
        private let done: @Sendable () -> Void

        package init(_ bytes: UnsafeRawBufferPointer, done: @escaping @Sendable () -> Void) {
            self.bytes = bytes
            self.done = done
        }

        deinit { done() }
    }
}
