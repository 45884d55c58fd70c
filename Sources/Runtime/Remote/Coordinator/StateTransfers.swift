internal import GraphModel
internal import Messaging
internal import Scheduling
internal import Tensors

/// Values that go between a worker and its coordinator, as transfers that the plan itself does not have.
struct StateTransfers {
    enum Reason: String, Hashable, Codable {
        /// A state that the run goes on from.
        case start
        /// What a run leaves: outputs and states, one that is both only once.
        case end
    }

    struct Item: Hashable, Codable {
        let reason: Reason
        let value: ValueID
        let type: TensorType
        let worker: Int
        /// Behind those of the plan's own transfers.
        let transfer: TransferID
    }

    let items: [Item]

    init(_ plan: Plan) {
        let kept = plan.expansion.kept
        let all =
            plan.instances.filter { kept.contains($0.id) || $0.isState }.map { (Reason.end, $0) }
            + plan.instances.filter(\.isState).map { (.start, $0) }
        items = all.enumerated().map { offset, item in
            Item(
                reason: item.0, value: item.1.id, type: item.1.type, worker: plan.placement[item.1.id] ?? 0,
                transfer: TransferID(plan.transfers.count + offset))
        }
    }

    /// - Parameter items: Those of one worker.
    init(_ items: [Item]) {
        self.items = items
    }

    func items(_ reason: Reason) -> [Item] { items.filter { $0.reason == reason } }
}
