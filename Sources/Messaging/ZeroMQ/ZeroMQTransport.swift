internal import Foundation
internal import Synchronization
package import Tensors

/// Carries values from worker to worker over ZeroMQ: sent from the memory they are in, and written into the receiver's
/// buffer as they arrive.
///
/// A value may be sent when its receiver has released the one before, so no link ever holds more than the plan says.
/// What arrives out of turn, of another run or epoch or of another shape, is refused and counted.
package final class ZeroMQTransport: Transport {
    /// A transfer that this worker takes part in.
    package enum Part {
        /// It sends values to a peer, in parts of at most so many bytes. Both ends know them by their mark.
        case sends(_ mark: UInt32, to: Messenger.Address, partBytes: Int = ZeroMQTransport.largePart)
        /// It receives values into memory that outlives the transport, and tells a peer that it is done with them, by
        /// default on the connection that they come by.
        case receives(_ mark: UInt32, into: ReceiveBuffer, creditTo: Messenger.Address? = nil)
    }

    /// What a thread waits for.
    package enum Wait: Hashable, Sendable, Codable {
        /// For the value of a transfer.
        case value(transfer: Int)
        /// For the receiver of a transfer to have room for it, or for its memory to be free again.
        case room(transfer: Int)
    }

    /// Values travel in parts of so many bytes: while one is copied to its place, the next is on its way, and memory
    /// that the library gets for one is used again for others.
    package static let largePart = 4 << 20
    /// Of values that travel beside words which must not wait for long, or where each part is a sign of life.
    package static let smallPart = 512 << 10

    private let messenger: Messenger
    private let run: UInt64
    private let epoch: UInt32
    private let outgoing: [Int: OutgoingTransfer]
    private let incoming: [Int: IncomingTransfer]
    private let refusals = Atomic<Int>(0)
    private let movements = Atomic<Int>(0)
    private let waiting = Mutex<Wait?>(nil)
    private let log: TransferLog?
    private let owners: MemoryOwners

    /// - Parameters:
    ///   - parts: By the number of the transfer in the plan.
    ///   - log: Notes when values are sent and when they are there.
    ///   - owners: Of all memory that is sent from or received into.
    package init(
        _ messenger: Messenger, run: UInt64, epoch: UInt32, parts: [Int: Part], log: TransferLog? = nil,
        owners: MemoryOwners = MemoryOwners()
    ) {
        self.log = log
        self.owners = owners
        self.messenger = messenger
        self.run = run
        self.epoch = epoch
        var outgoing: [Int: OutgoingTransfer] = [:]
        var incoming: [Int: IncomingTransfer] = [:]
        for (transfer, part) in parts {
            switch part {
            case .sends(let mark, let peer, let partBytes):
                outgoing[transfer] = OutgoingTransfer(mark: mark, to: peer, partBytes: max(partBytes, 1))
            case .receives(let mark, let receiveBuffer, let peer):
                incoming[transfer] = IncomingTransfer(mark: mark, into: receiveBuffer, creditTo: peer)
            }
        }
        self.outgoing = outgoing
        self.incoming = incoming
    }

    /// Messages that were refused.
    package var refused: Int { refusals.load(ordering: .relaxed) }

    /// How often a value, a part of one or a release has arrived: while it stays the same, nothing moves.
    package var moves: Int { movements.load(ordering: .relaxed) }

    /// What the worker's thread waits for; `nil` where it does not.
    package var wait: Wait? { waiting.withLock { $0 } }

    /// Whether the value of a transfer is there.
    package func hasReceived(_ transfer: Int) -> Bool { incoming[transfer]?.isThere ?? false }

    /// Bytes of values sent so far, by transfer.
    package var sentBytes: [Int: Int] { outgoing.mapValues(\.sentBytes) }

    // MARK: For the worker

    package func send(_ transfer: Int, _ value: TensorView) throws(MessagingError) {
        guard let outgoing = outgoing[transfer] else { throw .cancelled }
        let bytes = UnsafeRawBufferPointer(value.floats)
        let partBytes = outgoing.partBytes
        let parts = max(1, (bytes.count + partBytes - 1) / partBytes)
        if !outgoing.mayBegin {
            messenger.sendPostponed()
            wait(.room(transfer: transfer)) { outgoing.mayBegin }
        }
        let iteration = try outgoing.begin(parts: parts, bytes: bytes.count)
        log?.sends(transfer, Int(iteration))
        for part in 0..<parts {
            let offset = part * partBytes
            let chunk = UnsafeRawBufferPointer(rebasing: bytes[offset...].prefix(partBytes))
            let header = FrameHeader(
                .value, run: run, epoch: epoch, transfer: UInt32(transfer), mark: outgoing.mark,
                iteration: iteration, type: value.type, offset: offset, total: bytes.count, length: chunk.count)
            guard !chunk.isEmpty else {
                messenger.send(header, to: outgoing.peer)
                _ = outgoing.partIsGone()
                continue
            }
            let lent = Messenger.Lent(chunk) { [changed = messenger.changed, owners] in
                if outgoing.partIsGone() { changed() }
                withExtendedLifetime(owners) {}
            }
            messenger.send(header, .lent(lent), to: outgoing.peer)
        }
    }

    package func awaitSent(_ transfer: Int) throws(MessagingError) {
        guard let outgoing = outgoing[transfer] else { return }
        wait(.room(transfer: transfer)) { outgoing.isSent }
        try outgoing.checkCancelled()
    }

    package func receive(_ transfer: Int) throws(MessagingError) {
        guard let incoming = incoming[transfer] else { throw .cancelled }
        wait(.value(transfer: transfer)) { incoming.isThere }
        try incoming.checkCancelled()
    }

    private func wait(_ wait: Wait, until isTrue: () -> Bool) {
        guard !isTrue() else { return }
        waiting.withLock { $0 = wait }
        messenger.wait(until: isTrue)
        waiting.withLock { $0 = nil }
    }

    package func grantCredit(_ transfer: Int, withNextSend: Bool) {
        guard let incoming = incoming[transfer], let (sender, iteration) = incoming.grant() else { return }
        let header = FrameHeader(
            .credit, run: run, epoch: epoch, transfer: UInt32(transfer), mark: incoming.mark,
            iteration: iteration)
        if withNextSend {
            messenger.sendWithNext(header, to: sender)
        } else {
            messenger.send(header, to: sender)
        }
    }

    package func cancel() {
        for outgoing in outgoing.values { outgoing.cancel() }
        for incoming in incoming.values { incoming.cancel() }
        messenger.changed()
    }

    // MARK: For the messenger

    /// Takes a value or release that arrived, as the messenger's handler; those that wait for it look again after that.
    package func take(_ address: Messenger.Address, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        let number = Int(header.transfer)
        let isMine: Bool
        if header.run != run || header.epoch != epoch {
            isMine = false
        } else {
            switch header.sort {
            case .value:
                isMine = incoming[number]?.take(address, header, payload) ?? false
                if isMine, header.offset + header.length == header.total {
                    log?.hasArrived(number, Int(header.iteration))
                }
            case .credit: isMine = outgoing[number]?.granted(header) ?? false
            case .control, .file, .probe: isMine = false
            }
        }
        if isMine {
            movements.add(1, ordering: .relaxed)
        } else {
            refusals.add(1, ordering: .relaxed)
        }
    }
}
