internal import GraphModel
internal import Networks

/// Where the instances of a graph are computed: the axes' and those of no axis in the loop are placed freely, all others
/// by what they stand beside.
///
/// What is pointwise stays together: all that runs over an axis has one home for each index, so that a shard's
/// measurements live only where the shard does, and a tile is denoised where it was cut.
struct Placement {
    /// For every axis the home of each index.
    var axes: [String: [Int]]
    /// Homes of the loop's instances that run over no axis, by position.
    var single: [Int: Int]

    /// The homes of all instances.
    func homes(_ expansion: Expansion) -> [Int] {
        let nodes = expansion.graph.nodes
        var homes = [Int?](repeating: nil, count: expansion.instances.count)
        for (position, instance) in expansion.instances.enumerated() {
            if let axis = nodes[instance.node].axis {
                homes[position] = axes[axis]?[instance.index]
            } else {
                homes[position] = single[position]
            }
        }
        // What runs before the loop stands where most of its readers do.
        let readers = expansion.readers()
        for position in expansion.instances.indices.reversed() where homes[position] == nil {
            guard expansion.instances[position].phase == .setup else { continue }
            homes[position] = Placement.mostFrequent(readers[position].compactMap { homes[$0] })
        }
        // What runs after it stands where its first input is.
        for (position, instance) in expansion.instances.enumerated() where homes[position] == nil {
            guard case .compute(_, let inputs, _) = instance.content else { continue }
            homes[position] = inputs.first?.first.flatMap { homes[$0] }
        }
        // A state lives where its next value is made.
        for (position, instance) in expansion.instances.enumerated() where instance.isState {
            homes[position] = homes[expansion.source(ofState: position)]
        }
        return homes.map { $0 ?? 0 }
    }

    /// The least of the most frequent; `nil` of none.
    private static func mostFrequent(_ numbers: [Int]) -> Int? {
        var counts: [Int: Int] = [:]
        for number in numbers { counts[number, default: 0] += 1 }
        return counts.min { (-$0.value, $0.key) < (-$1.value, $1.key) }?.key
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

    /// For every instance the positions of those that read it, a state that begins as it among them.
    func readers() -> [[Int]] {
        var readers = [[Int]](repeating: [], count: instances.count)
        for (position, instance) in instances.enumerated() {
            switch instance.content {
            case .compute(_, let inputs, _): for source in Set(inputs.joined()) { readers[source].append(position) }
            case .state(let initial, _): readers[initial].append(position)
            }
        }
        return readers
    }
}
