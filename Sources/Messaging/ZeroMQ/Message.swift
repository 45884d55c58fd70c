internal import CZeroMQ

/// One frame of a ZeroMQ message, closed exactly once.
struct Message: ~Copyable {
    /// It has memory of its own, as libzmq does not allow that it is moved bitwise.
    private let content: UnsafeMutablePointer<zmq_msg_t>

    /// An empty frame, to receive into.
    init() {
        content = .allocate(capacity: 1)
        zmq_msg_init(content)
    }

    /// A frame of its own memory.
    ///
    /// - Throws: ``MessagingError/library(_:_:)`` where there is no memory.
    init(_ bytes: [UInt8]) throws(MessagingError) {
        try self.init(count: bytes.count)
        withMutableBytes { $0.copyBytes(from: bytes) }
    }

    /// A frame of a copy.
    ///
    /// - Throws: ``MessagingError/library(_:_:)`` where there is no memory.
    init(copying bytes: UnsafeRawBufferPointer) throws(MessagingError) {
        try self.init(count: bytes.count)
        withMutableBytes { $0.copyMemory(from: bytes) }
    }

    /// A frame that holds a header.
    ///
    /// - Throws: ``MessagingError/library(_:_:)`` where there is no memory.
    init(_ header: FrameHeader) throws(MessagingError) {
        try self.init(count: header.byteCount)
        withMutableBytes { header.write(into: $0) }
    }

    private init(count: Int) throws(MessagingError) {
        content = try Message.made("zmq_msg_init_size") { zmq_msg_init_size($0, count) }
    }

    /// A frame of memory that stays its owner's, who must leave it as it is until `done` is called, on a thread of
    /// ZeroMQ's.
    ///
    /// - Throws: ``MessagingError/library(_:_:)`` where there is no memory; `done` is not called then.
    init(lending bytes: UnsafeRawBufferPointer, done: @escaping @Sendable () -> Void) throws(MessagingError) {
        let loan = Unmanaged.passRetained(Loan(done))
        do throws(MessagingError) {
            content = try Message.made("zmq_msg_init_data") { frame in
                zmq_msg_init_data(
                    frame, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count,
                    { _, hint in
                        guard let hint else { return }
                        Unmanaged<Loan>.fromOpaque(hint).takeRetainedValue().done()
                    }, loan.toOpaque())
            }
        } catch {
            loan.release()
            throw error
        }
    }

    /// A frame that `start` has made, or none.
    private static func made(
        _ call: String, _ start: (UnsafeMutablePointer<zmq_msg_t>) -> Int32
    ) throws(MessagingError) -> UnsafeMutablePointer<zmq_msg_t> {
        let frame = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
        guard start(frame) == 0 else {
            let error = MessagingError.last(call)
            frame.deallocate()
            throw error
        }
        return frame
    }

    deinit {
        zmq_msg_close(content)
        content.deallocate()
    }

    /// Bytes it holds.
    var count: Int {
        zmq_msg_size(content)
    }

    /// Whether a frame of the same message follows it.
    var hasMore: Bool {
        zmq_msg_more(content) != 0
    }

    /// Calls `body` with the bytes, which must not outlive the call.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: zmq_msg_data(content), count: zmq_msg_size(content)))
    }

    private func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        body(UnsafeMutableRawBufferPointer(start: zmq_msg_data(content), count: zmq_msg_size(content)))
    }

    /// A copy of the bytes.
    func bytes() -> [UInt8] {
        withBytes { Array($0) }
    }

    /// Calls `body` with libzmq's own frame.
    func withFrame<Result>(_ body: (UnsafeMutablePointer<zmq_msg_t>) -> Result) -> Result {
        body(content)
    }
}

/// What is to be done when ZeroMQ no longer needs lent memory.
private final class Loan: Sendable {
    let done: @Sendable () -> Void

    init(_ done: @escaping @Sendable () -> Void) {
        self.done = done
    }
}
