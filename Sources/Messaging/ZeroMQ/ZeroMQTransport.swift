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

    /// The sender's end of a transfer.
    private struct Outgoing {
        let mark: UInt32
        let peer: Messenger.Address
        let partBytes: Int
        var hasCredit = true
        /// The value that was sent last, counted from 1.
        var sent: UInt32 = 0
        var partsOnTheirWay = 0
        /// Sent so far.
        var bytes = 0
    }

    /// The receiver's end of a transfer.
    private struct Incoming {
        let mark: UInt32
        let target: ReceiveBuffer
        let creditTo: Messenger.Address?
        var sender: Messenger.Address?
        /// The value that is awaited or there, counted from 1.
        var expected: UInt32 = 1
        var arrived = 0
        var isWhole = false
    }

    private struct State {
        var outgoing: [Int: Outgoing] = [:]
        var incoming: [Int: Incoming] = [:]
        var isCancelled = false
        var wait: Wait?
        var moves = 0
        var refused = 0
    }

    /// All transfers. It is no part of the transport, which a thread of ZeroMQ's that gives back memory must not keep alive.
    private final class Table: Sendable {
        let state = Mutex(State())

        /// Whether all parts of what was sent last are gone.
        func partIsGone(_ transfer: Int) -> Bool {
            state.withLock { state in
                state.outgoing[transfer]?.partsOnTheirWay -= 1
                return state.outgoing[transfer]?.partsOnTheirWay == 0
            }
        }
    }

    private let messenger: Messenger
    private let run: UInt64
    private let epoch: UInt32
    private let table = Table()
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
        for (transfer, part) in parts {
            table.state.withLock { state in
                switch part {
                case .sends(let mark, let peer, let partBytes):
                    state.outgoing[transfer] = Outgoing(mark: mark, peer: peer, partBytes: max(partBytes, 1))
                case .receives(let mark, let target, let peer):
                    state.incoming[transfer] = Incoming(mark: mark, target: target, creditTo: peer)
                }
            }
        }
        messenger.deliver(run: run, to: self)
    }

    /// Messages that were refused.
    package var refused: Int { table.state.withLock { $0.refused } }

    /// How often a value, a part of one or a release has arrived: while it stays the same, nothing moves.
    package var moves: Int { table.state.withLock { $0.moves } }

    /// What the worker's thread waits for; `nil` where it does not.
    package var wait: Wait? { table.state.withLock { $0.wait } }

    /// Whether the value of a transfer is there.
    package func hasReceived(_ transfer: Int) -> Bool {
        table.state.withLock { $0.incoming[transfer]?.isWhole ?? false }
    }

    /// Bytes of values sent so far, by transfer.
    package var sentBytes: [Int: Int] { table.state.withLock { $0.outgoing.mapValues(\.bytes) } }

    // MARK: For the worker

    package func send(_ transfer: Int, _ value: TensorView) throws(MessagingError) {
        let bytes = UnsafeRawBufferPointer(value.floats)
        try wait(.room(transfer: transfer), sendingFirst: true) { $0.outgoing[transfer]?.hasCredit ?? true }
        let begun = table.state.withLock { state in
            state.outgoing[transfer]?.hasCredit = false
            state.outgoing[transfer]?.sent &+= 1
            state.outgoing[transfer]?.bytes += bytes.count
            guard let outgoing = state.outgoing[transfer] else { return nil as Outgoing? }
            let parts = (bytes.count + outgoing.partBytes - 1) / outgoing.partBytes
            state.outgoing[transfer]?.partsOnTheirWay += parts
            return outgoing
        }
        guard let begun else { throw .cancelled }
        log?.sends(transfer, Int(begun.sent))
        var header = FrameHeader(
            .value, run: run, epoch: epoch, transfer: UInt32(transfer), mark: begun.mark, iteration: begun.sent,
            type: value.type, total: bytes.count)
        for offset in stride(from: 0, to: max(bytes.count, 1), by: begun.partBytes) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[offset...].prefix(begun.partBytes))
            (header.offset, header.length) = (offset, part.count)
            guard !part.isEmpty else {
                messenger.send(header, to: begun.peer)
                continue
            }
            let lent = Messenger.Lent(part) { [table, changed = messenger.changed, owners] in
                if table.partIsGone(transfer) { changed() }
                withExtendedLifetime(owners) {}
            }
            messenger.send(header, .lent(lent), to: begun.peer)
        }
    }

    package func awaitSent(_ transfer: Int) throws(MessagingError) {
        try wait(.room(transfer: transfer)) { ($0.outgoing[transfer]?.partsOnTheirWay ?? 0) == 0 }
    }

    package func receive(_ transfer: Int) throws(MessagingError) {
        guard table.state.withLock({ $0.incoming[transfer] != nil }) else { throw .cancelled }
        try wait(.value(transfer: transfer)) { $0.incoming[transfer]?.isWhole ?? false }
    }

    /// Waits until `isTrue` is so.
    ///
    /// - Parameter sendingFirst: Whether others may wait for what has been postponed.
    /// - Throws: ``MessagingError/cancelled``, where it may never be.
    private func wait(
        _ wait: Wait, sendingFirst: Bool = false, until isTrue: (State) -> Bool
    ) throws(MessagingError) {
        func isOver() -> Bool { table.state.withLock { isTrue($0) || $0.isCancelled } }
        if !isOver() {
            if sendingFirst { messenger.sendPostponed() }
            table.state.withLock { $0.wait = wait }
            messenger.wait(until: isOver)
            table.state.withLock { $0.wait = nil }
        }
        guard !table.state.withLock({ $0.isCancelled }) else { throw .cancelled }
    }

    package func grantCredit(_ transfer: Int, withNextSend: Bool) {
        let credit = table.state.withLock { state -> (to: Messenger.Address, mark: UInt32, value: UInt32)? in
            guard let incoming = state.incoming[transfer], incoming.isWhole, let sender = incoming.sender else {
                return nil
            }
            state.incoming[transfer]?.isWhole = false
            state.incoming[transfer]?.arrived = 0
            state.incoming[transfer]?.expected &+= 1
            // Another connection of the same sender may bring the next.
            state.incoming[transfer]?.sender = nil
            return (incoming.creditTo ?? sender, incoming.mark, incoming.expected)
        }
        guard let credit else { return }
        let header = FrameHeader(
            .credit, run: run, epoch: epoch, transfer: UInt32(transfer), mark: credit.mark, iteration: credit.value)
        if withNextSend {
            messenger.sendWithNext(header, to: credit.to)
        } else {
            messenger.send(header, to: credit.to)
        }
    }

    package func cancel() {
        table.state.withLock { $0.isCancelled = true }
        messenger.changed()
    }

    // MARK: For the messenger

    /// Takes a value or credit that arrived, one at a time; those that wait for it look again after that.
    func take(_ address: Messenger.Address, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        let transfer = Int(header.transfer)
        if header.sort == .value, let target = target(of: header, from: address) {
            // Without the lock: nobody else is at the memory before the value is whole.
            target.runs.scatter(payload, at: header.offset, into: target.memory)
            let isWhole = table.state.withLock { state in
                state.moves += 1
                state.incoming[transfer]?.arrived += header.length
                state.incoming[transfer]?.isWhole = header.offset + header.length == header.total
                return header.offset + header.length == header.total
            }
            if isWhole { log?.hasArrived(transfer, Int(header.iteration)) }
            return
        }
        table.state.withLock { state in
            guard header.sort == .credit, header.run == run, header.epoch == epoch,
                let outgoing = state.outgoing[transfer], !outgoing.hasCredit, header.iteration == outgoing.sent,
                header.mark == outgoing.mark
            else {
                state.refused += 1
                return
            }
            state.outgoing[transfer]?.hasCredit = true
            state.moves += 1
        }
    }

    /// Where a part of a value belongs; `nil` where it is not the next that is awaited. Parts come in order.
    private func target(of header: FrameHeader, from address: Messenger.Address) -> ReceiveBuffer? {
        table.state.withLock { state in
            let transfer = Int(header.transfer)
            guard header.run == run, header.epoch == epoch, !state.isCancelled,
                let incoming = state.incoming[transfer], !incoming.isWhole, header.iteration == incoming.expected,
                header.mark == incoming.mark, header.type == incoming.target.type, header.offset == incoming.arrived,
                incoming.sender == nil || incoming.sender == address
            else { return nil }
            state.incoming[transfer]?.sender = address
            return incoming.target
        }
    }
}
