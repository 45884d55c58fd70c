internal import Foundation
internal import Tensors

/// The receiver's end of a transfer.
///
/// Safe to share: its state is used under `lock`, under which its buffer is written until the value is whole; from then until
/// it is released the worker's thread alone reads it.
final class IncomingTransfer: @unchecked Sendable {
    let mark: UInt32
    private let target: ReceiveBuffer
    private let lock = NSLock()
    private let creditTo: Messenger.Address?
    private var sender: Messenger.Address?
    /// The value that is awaited or there, counted from 1.
    private var expected: UInt32 = 1
    private var arrived = 0
    private var isWhole = false
    private var cancelled = false

    init(mark: UInt32, into target: ReceiveBuffer, creditTo: Messenger.Address?) {
        self.mark = mark
        self.target = target
        self.creditTo = creditTo
    }

    /// Writes what arrived into its place; parts come in order. Whether it was awaited.
    func take(_ address: Messenger.Address, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer) -> Bool {
        lock.lock()
        // The buffer is written under the lock, too: who waits for the value has nothing else to do meanwhile.
        defer { lock.unlock() }
        guard !isWhole, !cancelled, header.iteration == expected, header.mark == mark, header.type == target.type,
            header.offset == arrived, sender == nil || sender == address
        else { return false }
        sender = address
        target.take(payload, at: header.offset)
        arrived += header.length
        isWhole = arrived == header.total
        return true
    }

    /// Whether there is nothing to wait for: the value is whole, or it never will be.
    var isThere: Bool { lock.withLock { isWhole || cancelled } }

    func checkCancelled() throws(MessagingError) {
        lock.lock()
        defer { lock.unlock() }
        guard !cancelled else { throw .cancelled }
    }

    /// Makes room for the next value; whom to tell, and which value is done with.
    func grant() -> (Messenger.Address, UInt32)? {
        lock.lock()
        defer { lock.unlock() }
        guard isWhole, let sender else { return nil }
        isWhole = false
        arrived = 0
        expected &+= 1
        // Another connection of the same sender may bring the next.
        self.sender = nil
        return (creditTo ?? sender, expected &- 1)
    }

    func cancel() {
        lock.lock()
        defer { lock.unlock() }
        cancelled = true
    }
}
