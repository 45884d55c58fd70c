internal import Messaging
internal import Synchronization

/// Takes what the workers of a run say from the messenger to the coordinator's thread, in order. It is decoded there: the
/// messenger has others to see to.
final class WordQueue: Sendable {
    private struct Letter: Sendable {
        let worker: Int
        let epoch: UInt32
        let text: [UInt8]
        let received: Double
    }

    private let run: UInt64
    private let workers = Mutex<[Messenger.Address: Int]>([:])
    private let letters = EventQueue<Letter>()

    init(run: UInt64) {
        self.run = run
    }

    /// Where the workers are, in order.
    func know(_ addresses: [Messenger.Address]) {
        workers.withLock { workers in
            for (index, address) in addresses.enumerated() { workers[address] = index }
        }
    }

    /// Takes what arrived, as the messenger's handler: a ``WorkerMessage``, or anything else.
    func take(_ address: Messenger.Address, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        guard header.sort == .control, header.run == run, let worker = workers.withLock({ $0[address] }) else { return }
        letters.add(
            Letter(worker: worker, epoch: header.epoch, text: Array(payload), received: MonotonicTime.now))
    }

    var isEmpty: Bool { letters.isEmpty }

    /// The next that says something; `nil` where none comes in time.
    func next(within seconds: Double) -> WorkerGroup.Word? {
        let start = ContinuousClock.now
        while let letter = letters.next(within: max(0, seconds - (ContinuousClock.now - start).seconds)) {
            let message = letter.text.withUnsafeBytes { decodeControl(WorkerMessage.self, $0) }
            guard let message else { continue }
            return WorkerGroup.Word(
                worker: letter.worker, epoch: letter.epoch, message: message, received: letter.received)
        }
        return nil
    }
}
