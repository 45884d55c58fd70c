internal import GraphModel
internal import Messaging
internal import Scheduling
internal import Tensors

/// Values that go between a worker and its coordinator, as transfers that the plan itself does not have: what is kept,
/// the states at the end, and the states that a run goes on from.
struct Handover {
    enum Reason: Hashable {
        case kept, lastState, firstState
    }

    struct Item: Hashable {
        let reason: Reason
        /// Of the instance.
        let position: Int
        let worker: Int
        /// Behind those of the plan's own transfers.
        let transfer: Int
    }

    let items: [Item]

    init(_ plan: Plan) {
        let outputs = Set(plan.expansion.graph.outputs.values.flatMap { Array(plan.expansion.positions[$0] ?? 0..<0) })
        let states = plan.workers.flatMap(\.states.keys).sorted()
        let all =
            outputs.sorted().map { (Reason.kept, $0) } + states.map { (.lastState, $0) }
            + states.map { (.firstState, $0) }
        items = all.enumerated().map { offset, item in
            Item(
                reason: item.0, position: item.1, worker: plan.placement[item.1],
                transfer: plan.transfers.count + offset)
        }
    }

    func items(_ reason: Reason, worker: Int? = nil) -> [Item] {
        items.filter { $0.reason == reason && (worker == nil || $0.worker == worker) }
    }
}
