/// How far each worker is, and how far it may go.
struct RunProgress {
    private var finishedBy: [Int?]
    private let first: Int
    private var last: Int
    private var readyCount = 0
    private var stopped = false
    private(set) var traces: [Int: WorkerRecord] = [:]
    private var parts: [Int: [WorkerRecord.Part]] = [:]

    /// Parts of a record that are kept: more than any worker of ours sends.
    private static let mostParts = 200

    init(workers: Int, after first: Int, last: Int) {
        finishedBy = Array(repeating: nil, count: workers)
        self.first = first
        self.last = last
        finished = first
    }

    /// Whether every worker has handed over all.
    var isOver: Bool { traces.count == finishedBy.count }

    /// The last iteration that all are done with.
    private(set) var finished: Int
    /// The last iteration that may begin: two ahead of the slowest, which hides communication.
    var allowed: Int { finished + 2 }

    /// Whether this makes all ready.
    mutating func ready() -> Bool {
        readyCount += 1
        return readyCount == finishedBy.count
    }

    /// The iterations that are complete now, in order.
    mutating func done(_ iteration: Int, by worker: Int) -> [Int] {
        // Each counts setup as 0 and goes on from `first` in steps of one; anything else is no worker of ours.
        guard iteration == finishedBy[worker].map({ max($0, first) + 1 }) ?? 0 else { return [] }
        let before = slowest
        finishedBy[worker] = iteration
        guard let now = slowest, now != before else { return [] }
        guard now > 0 else { return [0] }
        finished = now
        return [now]
    }

    private var slowest: Int? {
        finishedBy.contains(nil) ? nil : finishedBy.compactMap(\.self).min()
    }

    mutating func recorded(_ worker: Int, _ part: WorkerRecord.Part) {
        guard (parts[worker]?.count ?? 0) < RunProgress.mostParts else { return }
        parts[worker, default: []].append(part)
    }

    mutating func ended(_ worker: Int, _ record: WorkerRecord) {
        traces[worker] = record.with(parts.removeValue(forKey: worker) ?? [])
    }

    /// The iteration to end after; `nil` where that has been said.
    mutating func stop() -> Int? {
        guard !stopped else { return nil }
        stopped = true
        last = min(last, allowed)
        return last
    }
}
