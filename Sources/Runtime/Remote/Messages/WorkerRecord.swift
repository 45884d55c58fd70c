internal import Messaging

/// What a worker tells of its run at the end, as it travels.
package struct WorkerRecord: Codable, Sendable {
    /// Some of its many entries.
    package struct Part: Codable, Sendable {
        /// Name, iteration, start and duration (microseconds) of each event.
        let events: [[Double]]
        /// Transfer, number of the value and time (microseconds) of each value sent, and of each that was whole.
        let sent: [[Double]]
        let arrived: [[Double]]
    }

    let names: [String]
    let categories: [String]
    let seconds: [Double]
    let dropped: Int
    private(set) var events: [[Double]]
    private(set) var sent: [[Double]]
    private(set) var arrived: [[Double]]
    /// Transfer and bytes that were sent of it, all iterations.
    let sentBytes: [[Int]]
    /// Most memory that its process has held, in bytes.
    package let peakMemoryBytes: Int
    /// For every file of weights the library's implementations and how many layers each computes.
    let implementations: [String: [String: Int]]
    /// When the trace began, by the worker's ``MonotonicTime``.
    let origin: Double

    init(
        _ trace: WorkerTrace, _ transfers: TransferLog, sentBytes: [Int: Int], peakMemoryBytes: Int,
        implementations: [String: [String: Int]]
    ) {
        names = trace.names.map(\.name)
        categories = trace.names.map(\.category.rawValue)
        seconds = trace.seconds
        dropped = trace.dropped
        events = trace.events.map { [Double($0.name), Double($0.iteration), $0.start, $0.duration] }
        self.sentBytes = sentBytes.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        sent = transfers.sent.map(WorkerRecord.numbers)
        arrived = transfers.arrived.map(WorkerRecord.numbers)
        self.peakMemoryBytes = peakMemoryBytes
        self.implementations = implementations
        origin = MonotonicTime.of(trace.origin)
    }

    /// Entries of each sort in a part: some 100 KB, so that what else is said need not wait for long.
    private static let partLength = 1000

    /// The record without its many entries, and these in parts, which travel one by one.
    var parted: (head: WorkerRecord, parts: [Part]) {
        var head = self
        (head.events, head.sent, head.arrived) = ([], [], [])
        let count = max(events.count, sent.count, arrived.count)
        let parts = stride(from: 0, to: count, by: WorkerRecord.partLength).map { start in
            func cut(_ entries: [[Double]]) -> [[Double]] {
                Array(entries.dropFirst(start).prefix(WorkerRecord.partLength))
            }
            return Part(events: cut(events), sent: cut(sent), arrived: cut(arrived))
        }
        return (head, parts)
    }

    /// The record with entries that came before it.
    func with(_ parts: [Part]) -> WorkerRecord {
        var record = self
        record.events += parts.flatMap(\.events)
        record.sent += parts.flatMap(\.sent)
        record.arrived += parts.flatMap(\.arrived)
        return record
    }

    private static func numbers(_ mark: TransferLog.Mark) -> [Double] {
        [Double(mark.transfer), Double(mark.number), mark.time]
    }
}

extension WorkerTrace {
    /// A trace that came from elsewhere; what makes no sense in it is left out.
    init(_ record: WorkerRecord, worker: String, offset: Double) {
        let names = zip(record.names, record.categories).map { ($0, Category(rawValue: $1) ?? .compute) }
        let events = record.events.compactMap { event -> Event? in
            guard event.count == 4, let name = Int(exactly: event[0]), names.indices.contains(name),
                let iteration = Int(exactly: event[1]), event[2].isFinite, event[3].isFinite
            else { return nil }
            return Event(name: name, iteration: iteration, start: event[2] + offset, duration: event[3])
        }
        self.init(worker: worker, names: names, events: events, dropped: record.dropped, seconds: record.seconds)
    }
}
