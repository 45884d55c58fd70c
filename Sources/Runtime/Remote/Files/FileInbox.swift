internal import Foundation
internal import Messaging
internal import TensorFiles

/// Gets the files of a graph from the coordinator: the worker's thread asks and waits, the messenger's delivers.
final class FileInbox: @unchecked Sendable {  // Safe: all state is used under `condition`.
    private enum Answer {
        case file(hash: String, bytes: Int)
        case none(String)
    }

    private let store: FileStore
    private let epoch: UInt32
    private let tell: @Sendable (WorkerMessage) -> Void
    private let condition = NSCondition()
    private var request = 0
    private var answer: Answer?
    private var parts: [[UInt8]] = []
    private var delivered = 0
    private var taken = 0
    private var waits = false
    private var cancelled = false

    /// Parts that are asked for ahead: they are on their way while others are written.
    private static let ahead = 8

    init(_ store: FileStore, epoch: UInt32, tell: @escaping @Sendable (WorkerMessage) -> Void) {
        self.store = store
        self.epoch = epoch
        self.tell = tell
    }

    /// Whether the worker's thread waits for an answer or a part.
    var isWaiting: Bool { condition.withLock { waits } }

    /// Answers and parts that have come.
    var moves: Int { condition.withLock { taken } }

    /// Where the file lies here that the graph knows as `path`.
    ///
    /// - Throws: ``RunError/data(_:)`` where the coordinator has none; ``MessagingError/cancelled``.
    func fetch(_ path: String) throws -> String {
        let (own, hash, bytes) = try ask(for: path)
        if let known = store.path(hash: hash, of: path) { return known }
        return try store.add(hash: hash, of: path) { handle in
            try receive(own, 0..<bytes) { try handle.write(contentsOf: $0) }
        }
    }

    /// The bytes of a file of the graph by ranges: of the whole file where it lies here, else of the coordinator's.
    ///
    /// - Throws: as ``fetch(_:)``.
    func open(_ path: String) throws -> any ByteSource {
        let (_, hash, bytes) = try ask(for: path)
        if let known = store.path(hash: hash, of: path) { return try LocalFile(known) }
        return RemoteFile(path, count: bytes) { [self] range in
            // It is asked for anew each time, as others may have been in between; that it is still the same shows then.
            let (own, now, _) = try ask(for: path, from: range.lowerBound)
            guard now == hash else {
                throw RunError.data(
                    "\(path): the file has changed while it was read; leave it as it is until the run begins")
            }
            var part: [UInt8] = []
            part.reserveCapacity(range.count)
            try receive(own, range) { part += $0 }
            return part
        }
    }

    /// Asks the coordinator for a file, of which parts are to come from `offset` on.
    private func ask(for path: String, from offset: Int = 0) throws -> (request: Int, hash: String, bytes: Int) {
        let own = begin(at: offset)
        tell(.want(request: own, path: path))
        switch try waitForAnswer() {
        case .none(let reason): throw RunError.data(reason)
        case .file(let hash, let bytes):
            guard ContentHash.isOne(hash), bytes >= 0 else { throw RunError.data("\(path): it has no hash") }
            return (own, hash, bytes)
        }
    }

    /// Takes the parts of a range of the file asked for, in order.
    private func receive(_ request: Int, _ range: Range<Int>, _ take: ([UInt8]) throws -> Void) throws {
        var asked = range.lowerBound
        func ask() {
            guard asked < range.upperBound else { return }
            tell(.send(request: request, from: asked))
            asked += GraphFileServer.partBytes
        }
        for _ in 1..<FileInbox.ahead { ask() }
        var taken = range.lowerBound
        while taken < range.upperBound {
            ask()
            let part = try nextPart()
            try take(Array(part.prefix(range.upperBound - taken)))
            taken += part.count
        }
    }

    private func begin(at offset: Int) -> Int {
        condition.lock()
        defer { condition.unlock() }
        request += 1
        answer = nil
        parts = []
        delivered = offset
        return request
    }

    private func waitForAnswer() throws -> Answer {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if cancelled { throw MessagingError.cancelled }
            if let answer { return answer }
            wait()
        }
    }

    /// Lets the lock go until something has changed.
    private func wait() {
        waits = true
        condition.wait()
        waits = false
    }

    private func nextPart() throws -> [UInt8] {
        condition.lock()
        defer { condition.unlock() }
        while parts.isEmpty && !cancelled {
            if case .none(let reason)? = answer { throw RunError.data(reason) }
            wait()
        }
        guard !cancelled else { throw MessagingError.cancelled }
        return parts.removeFirst()
    }

    // MARK: For the messenger

    func answered(_ request: Int, hash: String, bytes: Int) {
        condition.lock()
        defer { condition.unlock() }
        guard request == self.request, answer == nil else { return }
        note(.file(hash: hash, bytes: bytes))
    }

    func refused(_ request: Int, _ reason: String) {
        condition.lock()
        defer { condition.unlock() }
        guard request == self.request else { return }
        note(.none(reason))
    }

    private func note(_ answer: Answer) {
        self.answer = answer
        taken += 1
        condition.broadcast()
    }

    /// Takes a part of the file asked for; parts come in order.
    func take(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        condition.lock()
        defer { condition.unlock() }
        guard case .file(_, let bytes)? = answer, header.epoch == epoch, header.transfer == UInt32(request) else {
            return
        }
        guard header.total == bytes, header.offset == delivered, header.length > 0 else { return }
        delivered += header.length
        taken += 1
        parts.append(Array(payload))
        condition.broadcast()
    }

    func cancel() {
        condition.lock()
        defer { condition.unlock() }
        cancelled = true
        condition.broadcast()
    }
}
