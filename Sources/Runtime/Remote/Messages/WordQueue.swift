/// Takes what workers say from the messenger to the coordinator's thread, in order. It is decoded there: the messenger
/// has others to see to.
final class WordQueue: Sendable {
    private struct Letter: Sendable {
        let worker: Int
        let epoch: UInt32
        let text: [UInt8]
        let received: Double
    }

    private let letters = EventQueue<Letter>()

    /// - Parameter text: A ``WorkerMessage``, or anything else.
    func add(_ text: UnsafeRawBufferPointer, from worker: Int, epoch: UInt32) {
        letters.add(
            Letter(worker: worker, epoch: epoch, text: Array(text), received: MonotonicTime.now))
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
