internal import CZeroMQ
internal import Foundation
internal import Tensors

/// Messages by ZeroMQ and nothing else, between this process and one that answers: what a transport over it can reach at
/// most.
package enum BareMessages {
    /// Seconds that 64 bytes take to another process and back.
    static func roundTrips(_ count: Int) throws -> [Double] {
        let link = try BareLink(messagesAnAnswer: 1)
        let buffer = TensorBuffer(floatCount: 16)
        return try (0..<count + count / 10).map { _ in
            try seconds { try link.send(UnsafeRawBufferPointer(buffer.floats), inMessagesOf: 64) }
        }.suffix(count)
    }

    /// Answers whoever calls, after so many messages each time, until standard input ends: with as much as came where
    /// that is little, and with one byte where it is much.
    package static func answer(messages: Int) throws {
        let socket = try BareSocket()
        HelperProcess.announce(try socket.bind())
        try socket.setTimeout(milliseconds: 100)
        let input = InputEnd()
        var message = zmq_msg_t()
        zmq_msg_init(&message)
        var (count, received) = (0, 0)
        while !input.isReached {
            guard zmq_msg_recv(&message, socket.handle, 0) >= 0 else { continue }
            count += 1
            received += zmq_msg_size(&message)
            guard count == messages else { continue }
            let answer = [UInt8](repeating: 1, count: received <= 64 ? received : 1)
            zmq_send(socket.handle, answer, answer.count, 0)
            (count, received) = (0, 0)
        }
        zmq_msg_close(&message)
    }
}

/// The sender's end.
final class BareLink {
    private let helper: HelperProcess
    private let socket: BareSocket

    /// - Parameter messagesAnAnswer: after how many messages the other end answers.
    init(messagesAnAnswer: Int) throws {
        helper = try HelperProcess(["answer", "--messages", "\(messagesAnAnswer)"])
        socket = try BareSocket()
        try socket.connect(to: helper.announcement)
    }

    /// Sends bytes from where they are, and waits for the answer.
    func send(_ bytes: UnsafeRawBufferPointer, inMessagesOf size: Int) throws {
        for start in stride(from: 0, to: bytes.count, by: size) {
            var message = zmq_msg_t()
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + size, bytes.count)])
            // The answer comes after all have been read, so nobody needs to be told when they may change.
            zmq_msg_init_data(
                &message, UnsafeMutableRawPointer(mutating: part.baseAddress), part.count, { _, _ in }, nil)
            guard zmq_msg_send(&message, socket.handle, 0) >= 0 else { throw BareSocket.failure("zmq_msg_send") }
        }
        var answer = [UInt8](repeating: 0, count: 64)
        guard zmq_recv(socket.handle, &answer, answer.count, 0) >= 0 else { throw BareSocket.failure("zmq_recv") }
    }
}

/// A socket with a context of its own, closed once.
private final class BareSocket {
    let handle: UnsafeMutableRawPointer
    private let context: UnsafeMutableRawPointer

    init() throws {
        guard let context = zmq_ctx_new() else { throw BareSocket.failure("zmq_ctx_new") }
        guard let handle = zmq_socket(context, ZMQ_PAIR) else {
            zmq_ctx_term(context)
            throw BareSocket.failure("zmq_socket")
        }
        (self.context, self.handle) = (context, handle)
        var none: Int32 = 0
        zmq_setsockopt(handle, ZMQ_LINGER, &none, MemoryLayout<Int32>.size)
    }

    deinit {
        zmq_close(handle)
        zmq_ctx_term(context)
    }

    func bind() throws -> String {
        guard zmq_bind(handle, "tcp://127.0.0.1:*") == 0 else { throw BareSocket.failure("zmq_bind") }
        var text = [CChar](repeating: 0, count: 256)
        var count = text.count
        zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &count)
        return String(decoding: text.prefix(max(count - 1, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func connect(to endpoint: String) throws {
        guard zmq_connect(handle, endpoint) == 0 else { throw BareSocket.failure("zmq_connect") }
    }

    func setTimeout(milliseconds: Int32) throws {
        var milliseconds = milliseconds
        zmq_setsockopt(handle, ZMQ_RCVTIMEO, &milliseconds, MemoryLayout<Int32>.size)
    }

    static func failure(_ call: String) -> BenchmarkError {
        BenchmarkError("\(call): \(String(cString: zmq_strerror(zmq_errno())))")
    }
}
