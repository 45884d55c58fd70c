internal import GraphModel
internal import Runtime
internal import Synchronization

/// Where a run is, in a line for who asks by a signal.
final class RunPosition: Sendable {
    private let name: String
    private let total: Int
    private let order: [ValueID]
    private let last = Mutex<IterationRecord?>(nil)

    /// - Parameter order: Metrics in the order to show them in.
    init(_ name: String, total: Int, order: [ValueID]) {
        self.name = name
        self.total = total
        self.order = order
    }

    func note(_ record: IterationRecord) {
        last.withLock { $0 = record }
    }

    var line: String {
        guard let record = last.withLock({ $0 }), record.iteration > 0 else {
            return "\(name): before iteration 1 of \(total)"
        }
        let metrics = order.compactMap { id in record.metrics[id].map { "\(id) \(Progress.text(id, $0))" } }
        return (["\(name): iteration \(record.iteration) of \(total)"] + metrics).joined(separator: ", ")
    }
}
