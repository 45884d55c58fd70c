internal import GraphModel

/// Where the instances of a graph are computed: the axes' and those of no axis in the loop are placed freely, all others
/// by what they stand beside.
///
/// What is pointwise stays together: all that runs over an axis has one home for each index, so that a shard's
/// measurements live only where the shard does, and a tile is denoised where it was cut.
struct Placement {
    /// For every axis, by its number in the frame, the home of each index.
    var axes: [[Int]]
    /// Homes of the loop's instances that run over no axis, by position.
    var single: [Int: Int]

    /// Something that has a home of its own.
    enum Place {
        case index(axis: Int, index: Int)
        /// An instance of no axis, by its position.
        case single(Int)
    }

    subscript(_ place: Place) -> Int {
        get {
            switch place {
            case .index(let axis, let index): axes[axis][index]
            case .single(let position): single[position] ?? 0
            }
        }
        set {
            switch place {
            case .index(let axis, let index): axes[axis][index] = newValue
            case .single(let position): single[position] = newValue
            }
        }
    }
}

/// What of a graph decides which placements there can be: worked out once for all of them.
struct PlacementFrame {
    let expansion: Expansion
    /// Extents of the axes that nodes run over.
    let axes: [Int]
    /// For every instance the number of its axis.
    let axis: [Int?]
    /// For every instance the positions of those that read it, a state that begins as it among them.
    private let readers: [[Int]]

    init(_ expansion: Expansion) {
        self.expansion = expansion
        var numbers: [String: Int] = [:]
        var axes: [Int] = []
        let ofNode = expansion.graph.nodes.map { node -> Int? in
            guard let name = node.axis, let axis = expansion.axes[name] else { return nil }
            if let known = numbers[name] { return known }
            numbers[name] = axes.count
            axes.append(axis.count)
            return axes.count - 1
        }
        self.axes = axes
        axis = expansion.instances.map { ofNode[$0.node] }
        readers = expansion.readers()
    }

    /// The homes of all instances.
    func homes(_ placement: Placement) -> [Int] {
        let instances = expansion.instances
        var homes = [Int?](repeating: nil, count: instances.count)
        for position in instances.indices {
            if let axis = axis[position] {
                homes[position] = placement.axes[axis][instances[position].index]
            } else {
                homes[position] = placement.single[position]
            }
        }
        // What runs before the loop stands where most of its readers do.
        for position in instances.indices.reversed() where homes[position] == nil {
            guard instances[position].phase == .setup else { continue }
            homes[position] = PlacementFrame.mostFrequent(readers[position].compactMap { homes[$0] })
        }
        // What runs after it stands where its first input is.
        for position in instances.indices where homes[position] == nil {
            guard case .compute(_, let inputs, _) = instances[position].content else { continue }
            homes[position] = inputs.first?.first.flatMap { homes[$0] }
        }
        // A state lives where its next value is made.
        for position in instances.indices where instances[position].isState {
            homes[position] = homes[expansion.source(ofState: position)]
        }
        return homes.map { $0 ?? 0 }
    }

    /// The least of the most frequent; `nil` of none.
    private static func mostFrequent(_ numbers: [Int]) -> Int? {
        guard let first = numbers.first, numbers.contains(where: { $0 != first }) else { return numbers.first }
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

    fileprivate func readers() -> [[Int]] {
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
