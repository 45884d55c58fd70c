internal import Foundation

/// The sender's end of a transfer.
///
/// Safe to share: all state is used under `lock`.
final class OutgoingTransfer: @unchecked Sendable {
    let mark: UInt32
    let peer: Messenger.Address
    let partBytes: Int
    private let lock = NSLock()
    private var hasCredit = true
    /// Counts values of this transfer, from 1.
    private var sent: UInt32 = 0
    private var partsOnTheirWay = 0
    private var bytes = 0
    private var cancelled = false

    init(mark: UInt32, to peer: Messenger.Address, partBytes: Int) {
        self.mark = mark
        self.peer = peer
        self.partBytes = partBytes
    }

    /// Whether there is nothing to wait for before a value is sent: the receiver's buffer is free, or it never will be.
    var mayBegin: Bool { lock.withLock { hasCredit || cancelled } }

    /// Whether there is nothing to wait for until the memory of the last value is free.
    var isSent: Bool { lock.withLock { partsOnTheirWay == 0 || cancelled } }

    func checkCancelled() throws(MessagingError) {
        lock.lock()
        defer { lock.unlock() }
        guard !cancelled else { throw .cancelled }
    }

    /// Counts a value that is to be sent.
    func begin(parts: Int, bytes count: Int) throws(MessagingError) -> UInt32 {
        lock.lock()
        defer { lock.unlock() }
        guard !cancelled else { throw .cancelled }
        hasCredit = false
        sent &+= 1
        partsOnTheirWay += parts
        bytes += count
        return sent
    }

    var sentBytes: Int { lock.withLock { bytes } }

    /// Whether that was the last.
    func partIsGone() -> Bool {
        lock.lock()
        defer { lock.unlock() }
        partsOnTheirWay -= 1
        return partsOnTheirWay == 0
    }

    /// Whether it was time to release this value.
    func granted(_ header: FrameHeader) -> Bool {
        lock.lock()
        defer { lock.unlock() }
        guard !hasCredit, header.iteration == sent, header.mark == mark else { return false }
        hasCredit = true
        return true
    }

    func cancel() {
        lock.lock()
        defer { lock.unlock() }
        cancelled = true
    }
}
