internal import Foundation
internal import GraphModel
package import Networks
package import Scheduling

/// All that a worker must know to take its part in a run: that part of the plan, and how to reach those it sends to.
package struct Assignment: Codable, Sendable {
    /// A worker that this one sends values to.
    package struct Peer: Codable, Sendable {
        /// Index of the worker.
        package let worker: Int
        package let name: String
        /// Where other workers reach it.
        package let endpoint: String
        /// Its public key, where it has one.
        package let key: String?

        package init(worker: Int, name: String, endpoint: String, key: String?) {
            self.worker = worker
            self.name = name
            self.endpoint = endpoint
            self.key = key
        }
    }

    /// The graph's file, for messages.
    let name: String
    package let plan: WorkerPlan
    package let peers: [Peer]
    /// What it hands to its coordinator, and is handed.
    let stateTransfers: [StateTransfers.Item]
    /// How often the body runs.
    let iterations: Int
    /// The iteration that the run goes on from; 0 at the start.
    package let first: Int
    /// Of the run: it counts the plans that the run has had.
    let epoch: UInt32
    let limits: TimeLimits

    /// - Parameters:
    ///   - endpoints: Of all workers.
    ///   - keys: Public keys of those that have some, by endpoint.
    ///   - index: Which of the workers it is for.
    package init(
        _ plan: Plan, name: String, endpoints: [String], keys: [String: String] = [:], index: Int, after first: Int,
        epoch: UInt32 = 0, limits: TimeLimits = TimeLimits()
    ) {
        self.init(
            plan, StateTransfers(plan), name: name, endpoints: endpoints, keys: keys, index: index, after: first,
            epoch: epoch, limits: limits)
    }

    init(
        _ plan: Plan, _ stateTransfers: StateTransfers, name: String, endpoints: [String], keys: [String: String],
        index: Int, after first: Int, epoch: UInt32, limits: TimeLimits
    ) {
        self.epoch = epoch
        self.limits = limits
        self.name = name
        self.plan = plan.workers[index]
        let receivers = Set(self.plan.transfers.filter { $0.from == index }.map(\.to))
        peers = receivers.sorted().map { worker in
            Peer(
                worker: worker, name: plan.workers[worker].worker.name, endpoint: endpoints[worker],
                key: keys[endpoints[worker]])
        }
        self.stateTransfers = stateTransfers.items.filter { $0.worker == index }
        iterations = plan.expansion.iterations
        self.first = first
    }

    /// Iterations that a graph may run for.
    private static let possibleIterations = 0...1_000_000_000

    /// Why a worker does not take its part in the run; `nil` where it can.
    ///
    /// - Parameter scratch: What the library here says of the scratch memory of convolutions.
    package func problem(
        scratch: (Set<ConvolutionShape>) -> [ConvolutionShape: Int] = { _ in [:] }
    ) -> String? {
        if let problem = WorkerPlanCheck.problem(in: plan, scratch: scratch) { return problem }
        guard Assignment.possibleIterations.contains(iterations), (0...iterations).contains(first) else {
            return "its first iteration is none of its run"
        }
        guard limits.isSensible else { return "its time limits are out of bounds" }
        guard Set(peers.map(\.worker)).isSuperset(of: plan.transfers.filter { $0.from == plan.index }.map(\.to)) else {
            return "it is to send to a worker that it is not told of"
        }
        let held = plan.heldTypes
        let states = Set(plan.states.map(\.id))
        let transfers = Set(plan.transfers.map(\.id))
        for item in stateTransfers {
            guard held[item.value] == item.type, item.reason == .end || states.contains(item.value),
                UInt32(exactly: item.transfer.number) != nil, !transfers.contains(item.transfer)
            else { return "it is to hand over '\(item.value)', which it does not have" }
        }
        return nil
    }
}
