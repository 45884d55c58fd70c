package import GraphModel
internal import Scheduling

/// A value on its way from a worker to another, on the coordinator's time line.
package struct TransferSpan: Sendable {
    package let phase: Phase
    package let value: ValueID
    /// Indices of the workers.
    package let from: Int
    package let to: Int
    package let bytes: Int
    /// Microseconds, as those of traces: when it was sent, and when it was whole.
    package let start: Double
    package let end: Double

    package init(phase: Phase, value: ValueID, from: Int, to: Int, bytes: Int, start: Double, end: Double) {
        self.phase = phase
        self.value = value
        self.from = from
        self.to = to
        self.bytes = bytes
        self.start = start
        self.end = end
    }
}

/// How much of what the links carried in the loop of a run was hidden by computing.
package struct Communication: Sendable {
    /// Microseconds in which some value was on its way on a link, added up over the links.
    package private(set) var onTheWay = 0.0
    /// How much of it lies under computing of the sender or the receiver.
    package private(set) var hidden = 0.0

    /// Of all time on the way the part that is hidden; `nil` where nothing was sent.
    package var hiddenPart: Double? { onTheWay > 0 ? hidden / onTheWay : nil }

    /// - Parameter traces: Of all workers, by index, on the time line of the spans.
    package init(_ spans: [TransferSpan], _ traces: [WorkerTrace]) {
        struct Ends: Hashable {
            let from: Int
            let to: Int
        }
        let computing = traces.map { trace in
            Intervals(
                trace.events.filter { trace.names[$0.name].category == .compute }.map {
                    ($0.start, $0.start + $0.duration)
                })
        }
        // A worker keeps so many events of a long run and no more; beyond them nobody knows what lay under what.
        let known = traces.filter { $0.dropped > 0 }.map(\.end).min() ?? .infinity
        let spans = spans.filter { $0.phase == .body && $0.end <= known }
        for (ends, spans) in Dictionary(grouping: spans, by: { Ends(from: $0.from, to: $0.to) }) {
            let link = Intervals(spans.map { ($0.start, $0.end) })
            onTheWay += link.length
            guard computing.indices.contains(ends.from), computing.indices.contains(ends.to) else { continue }
            hidden += link.common(with: computing[ends.from].union(computing[ends.to]))
        }
    }
}

extension WorkerTrace {
    /// When the last event that was kept was over.
    fileprivate var end: Double { events.last.map { $0.start + $0.duration } ?? -.infinity }
}

/// Stretches of time that do not meet, in order.
struct Intervals {
    private let stretches: [(start: Double, end: Double)]

    init(_ any: [(Double, Double)]) {
        var stretches: [(start: Double, end: Double)] = []
        for (start, end) in any.sorted(by: { $0.0 < $1.0 }) where end > start {
            if let last = stretches.last, start <= last.end {
                stretches[stretches.count - 1].end = max(last.end, end)
            } else {
                stretches.append((start, end))
            }
        }
        self.stretches = stretches
    }

    var length: Double { stretches.reduce(0) { $0 + $1.end - $1.start } }

    func union(_ other: Intervals) -> Intervals {
        Intervals((stretches + other.stretches).map { ($0.start, $0.end) })
    }

    /// Length of what lies in both.
    func common(with other: Intervals) -> Double {
        var total = 0.0
        var (mine, theirs) = (0, 0)
        while mine < stretches.count, theirs < other.stretches.count {
            let (a, b) = (stretches[mine], other.stretches[theirs])
            total += max(0, min(a.end, b.end) - max(a.start, b.start))
            if a.end < b.end { mine += 1 } else { theirs += 1 }
        }
        return total
    }
}

extension TransferSpan {
    /// The transfers that a run's workers have noted both ends of.
    ///
    /// - Parameters:
    ///   - sent: For every worker when it sent which value of which transfer: transfer, number, time.
    ///   - arrived: For every worker likewise what it received.
    ///   - offsets: For every worker microseconds to add to its times.
    static func spans(
        _ plan: Plan, sent: [[[Double]]], arrived: [[[Double]]], offsets: [Double]
    ) -> [TransferSpan] {
        struct Key: Hashable {
            let transfer: Int
            let number: Int
        }
        func marks(_ lists: [[[Double]]], _ end: (Transfer) -> Int) -> [Key: Double] {
            var marks: [Key: Double] = [:]
            for (worker, list) in lists.enumerated() {
                for mark in list where mark.count == 3 {
                    guard let transfer = Int(exactly: mark[0]), plan.transfers.indices.contains(transfer),
                        let number = Int(exactly: mark[1]), end(plan.transfers[transfer]) == worker, mark[2].isFinite
                    else { continue }
                    marks[Key(transfer: transfer, number: number)] = mark[2] + offsets[worker]
                }
            }
            return marks
        }
        let ends = marks(arrived, \.to)
        return marks(sent, \.from).compactMap { key, start in
            guard let end = ends[key] else { return nil }
            let transfer = plan.transfers[key.transfer]
            return TransferSpan(
                phase: transfer.phase, value: transfer.value, from: transfer.from, to: transfer.to,
                bytes: transfer.byteCount,
                start: start,
                // Clocks of two hosts agree to a fraction of a round trip only.
                end: max(start, end))
        }.sorted { ($0.start, $0.from, $0.to) < ($1.start, $1.from, $1.to) }
    }
}
