internal import Foundation
package import Tensors

/// Carries values between workers of one process by a copy into the receiver's buffer.
package final class InProcessTransport: Transport, Sendable {
    /// One transfer: a buffer that is either free or full, guarded by its condition.
    ///
    /// Safe to share: its state and buffer are used under the condition, or by the receiver alone between `receive` and
    /// `release`.
    private final class Slot: @unchecked Sendable {
        private let condition = NSCondition()
        private let target: ReceiveBuffer
        private var full = false
        private var cancelled = false

        init(_ target: ReceiveBuffer) {
            self.target = target
        }

        func send(_ value: TensorView) throws(MessagingError) {
            condition.lock()
            defer { condition.unlock() }
            while full && !cancelled { condition.wait() }
            guard !cancelled else { throw .cancelled }
            target.runs.scatter(UnsafeRawBufferPointer(value.floats), at: 0, into: target.memory)
            full = true
            condition.broadcast()
        }

        func receive() throws(MessagingError) {
            condition.lock()
            defer { condition.unlock() }
            while !full && !cancelled { condition.wait() }
            guard !cancelled else { throw .cancelled }
        }

        func release() {
            condition.lock()
            defer { condition.unlock() }
            full = false
            condition.broadcast()
        }

        func cancel() {
            condition.lock()
            defer { condition.unlock() }
            cancelled = true
            condition.broadcast()
        }
    }

    private let slots: [Slot]

    /// - Parameter targets: Where each transfer goes; the memory must outlive the transport.
    package init(targets: [ReceiveBuffer]) {
        slots = targets.map(Slot.init)
    }

    package func send(_ transfer: Int, _ value: TensorView) throws(MessagingError) {
        try slots[transfer].send(value)
    }

    /// Values are copied when they are sent.
    package func awaitSent(_ transfer: Int) {}

    package func receive(_ transfer: Int) throws(MessagingError) {
        try slots[transfer].receive()
    }

    package func grantCredit(_ transfer: Int, withNextSend: Bool) {
        slots[transfer].release()
    }

    package func cancel() {
        for slot in slots { slot.cancel() }
    }
}
