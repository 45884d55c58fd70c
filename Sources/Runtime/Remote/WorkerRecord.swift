internal import Messaging

/// What a worker tells of its run at the end, as it travels.
package struct WorkerRecord: Codable, Sendable {
    let names: [String]
    let categories: [String]
    let seconds: [Double]
    private(set) var dropped: Int
    /// Name, iteration, start and duration (microseconds) of each event.
    private(set) var events: [[Double]]
    /// Transfer, number of the value and time (microseconds) of each value sent, and of each that was whole.
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

    /// The same without single events.
    var withoutTrace: WorkerRecord {
        var record = self
        record.dropped += events.count
        (record.events, record.sent, record.arrived) = ([], [], [])
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
