internal import GraphModel
internal import Networks

/// Chooses a worker for every instance: the instances of an axis in contiguous runs of about equal cost, everything
/// else on the first worker.
///
/// Contiguous runs keep neighbouring tiles together, so that windows share rows. Links are not weighed yet.
struct Placement {
    static func assign(_ expansion: Expansion, workers: Int) -> [Int] {
        var placement = [Int](repeating: 0, count: expansion.instances.count)
        for node in expansion.graph.nodes {
            guard let range = expansion.positions[node.id], range.count > 1 else { continue }
            let costs = range.map { max(predictedSeconds(expansion.instances[$0].cost), 1e-9) }
            let total = costs.reduce(0, +)
            var before = 0.0
            for (position, cost) in zip(range, costs) {
                // The middle of an instance's share decides, so that a run is neither cut short nor drawn out.
                let share = (before + cost / 2) / total
                placement[position] = min(workers - 1, Int(share * Double(workers)))
                before += cost
            }
        }
        // A state lives where its next value is made.
        for (position, instance) in expansion.instances.enumerated() {
            guard case .state(_, let next) = instance.content else { continue }
            placement[position] = placement[expansion.source(ofState: next)]
        }
        return placement
    }

    /// Seconds an instance takes on a nominal thread.
    static func predictedSeconds(_ cost: Cost) -> Double {
        Speeds.nominal(threads: 1).seconds(cost, automatic: .direct)
    }
}

extension Expansion {
    /// The instance whose kernel makes what `position` holds, through any chain of states; where states only pass a
    /// value round among themselves, the first of them.
    func source(ofState position: Int) -> Int {
        var current = position
        var passed: [Int] = []
        while case .state(_, let next) = instances[current].content {
            if let start = passed.firstIndex(of: current) { return passed[start...].min() ?? current }
            passed.append(current)
            current = next
        }
        return current
    }
}
