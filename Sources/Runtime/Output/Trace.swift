internal import Foundation
internal import GraphModel

/// What a worker did when: one event a step, up to a number fixed beforehand, so that a long run's trace does not grow.
package struct WorkerTrace: Sendable {
    package struct Event: Sendable {
        /// Index of the step's name.
        package let name: Int
        package let iteration: Int
        /// Microseconds since the run began.
        package let start: Double
        package let duration: Double

        package init(name: Int, iteration: Int, start: Double, duration: Double) {
            self.name = name
            self.iteration = iteration
            self.start = start
            self.duration = duration
        }
    }

    package enum Category: String, Sendable {
        case compute, receive, send, copy
    }

    package let worker: String
    /// Names and sorts of all steps.
    package let names: [(name: String, category: Category)]
    package private(set) var events: [Event] = []
    /// Events beyond the limit.
    package private(set) var dropped = 0
    /// Seconds in each step over the whole run.
    package private(set) var seconds: [Double]
    let origin: ContinuousClock.Instant
    private let limit: Int

    init(worker: String, names: [(String, Category)], origin: ContinuousClock.Instant, limit: Int) {
        self.worker = worker
        self.names = names
        self.origin = origin
        self.limit = limit
        seconds = Array(repeating: 0, count: names.count)
        events.reserveCapacity(limit)
    }

    /// A trace that is whole.
    package init(
        worker: String, names: [(String, Category)], events: [Event], dropped: Int, seconds: [Double]
    ) {
        self.worker = worker
        self.names = names
        self.events = events
        self.dropped = dropped
        self.seconds = names.indices.map { seconds.indices.contains($0) && seconds[$0].isFinite ? seconds[$0] : 0 }
        origin = .now
        limit = events.count
    }

    mutating func record(
        _ name: Int, iteration: Int, from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) {
        let duration = (end - start).seconds
        seconds[name] += duration
        guard events.count < limit else {
            dropped += 1
            return
        }
        events.append(
            Event(
                name: name, iteration: iteration, start: (start - origin).seconds * 1e6, duration: duration * 1e6))
    }
}

/// Writes traces in Chrome's trace-event form, which Perfetto opens.
package enum ChromeTrace {
    /// - Parameter transfers: Drawn on a line for each link, and on further ones where several are on their way at once: what
    ///   stands on one line must not cross.
    package static func encode(_ traces: [WorkerTrace], transfers: [TransferSpan] = []) -> [UInt8] {
        // Entry by entry: as values for an encoder they would take many times the memory of the text.
        var text = TraceText()
        for (index, trace) in traces.enumerated() {
            text.line(index, named: trace.worker, dropped: trace.dropped)
            let names = trace.names.map { (TraceText.quoted($0.name), $0.category.rawValue) }
            for event in trace.events {
                let (name, category) = names[event.name]
                text.span(
                    name, category, on: index, from: event.start, lasting: event.duration, "iteration",
                    event.iteration)
            }
        }
        // For every link its lines, and when what was drawn last on each is over.
        var lines: [String: [(line: Int, end: Double)]] = [:]
        var lineCount = traces.count
        for span in transfers.sorted(by: { $0.start < $1.start }) {
            let link = "worker \(span.from) → worker \(span.to)"
            let free = lines[link]?.firstIndex { $0.end <= span.start }
            let line = free.flatMap { lines[link]?[$0].line } ?? lineCount
            if let free {
                lines[link]?[free].end = span.end
            } else {
                text.line(line, named: link)
                lines[link, default: []].append((line, span.end))
                lineCount += 1
            }
            text.span(
                TraceText.quoted(span.value.description), "transfer", on: line, from: span.start,
                lasting: span.end - span.start, "bytes", span.bytes)
        }
        return text.bytes
    }
}
