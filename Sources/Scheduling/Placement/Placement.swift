internal import GraphModel

/// Where the instances of a graph are computed: the axes' and those of no axis in the loop are placed freely, all others
/// by what they stand beside.
///
/// What is pointwise stays together: all that runs over an axis has one home for each index, so that a shard's
/// measurements live only where the shard does, and a tile is denoised where it was cut.
struct Placement {
    /// For every axis, by its number in the frame, the home of each index.
    var axes: [[Int]]
    /// Homes of the loop's instances that run over no axis.
    var single: [Slot: Int]

    /// Something that has a home of its own.
    enum Place {
        case index(axis: Int, index: Int)
        /// An instance of no axis.
        case single(Slot)
    }

    subscript(_ place: Place) -> Int {
        get {
            switch place {
            case .index(let axis, let index): axes[axis][index]
            case .single(let slot): single[slot] ?? 0
            }
        }
        set {
            switch place {
            case .index(let axis, let index): axes[axis][index] = newValue
            case .single(let slot): single[slot] = newValue
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
    /// For every instance those that read it, a state that begins as it among them.
    private let readers: [[Slot]]
    /// For every instance outside the loop the first that it reads.
    private let firstInputs: [Slot?]
    private let states: [Slot]

    init(_ expansion: Expansion) {
        self.expansion = expansion
        var numbers: [String: Int] = [:]
        var axes: [Int] = []
        var ofNode: [String: Int] = [:]
        for node in expansion.graph.nodes {
            guard let name = node.axis, let axis = expansion.axes[name] else { continue }
            let number = numbers[name] ?? axes.count
            ofNode[node.id] = number
            guard numbers.updateValue(number, forKey: name) == nil else { continue }
            axes.append(axis.count)
        }
        self.axes = axes
        axis = expansion.instances.map { ofNode[$0.id.node] }
        readers = expansion.readers()
        firstInputs = expansion.instances.map { instance in
            guard case .compute(_, let inputs, _) = instance.content else { return nil }
            return inputs.first?.first.flatMap { expansion.slot($0) }
        }
        states = expansion.allSlots.filter { expansion.instances[$0].isState }
    }

    /// The homes of all instances.
    func homes(_ placement: Placement) -> [Int] {
        let instances = expansion.instances
        var homes = [Int?](repeating: nil, count: instances.count)
        for slot in expansion.allSlots {
            if let axis = axis[slot] {
                homes[slot] = placement.axes[axis][instances[slot].index]
            } else {
                homes[slot] = placement.single[slot]
            }
        }
        // What runs before the loop stands where most of its readers do.
        for slot in expansion.allSlots.reversed() where homes[slot] == nil {
            guard instances[slot].phase == .setup else { continue }
            homes[slot] = PlacementFrame.mostFrequent(readers[slot].compactMap { homes[$0] })
        }
        // What runs after it stands where its first input is.
        for slot in expansion.allSlots where homes[slot] == nil {
            homes[slot] = firstInputs[slot].flatMap { homes[$0] }
        }
        // A state lives where its next value is made.
        for slot in states { homes[slot] = homes[expansion.source(ofState: slot)] }
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
    /// The instance whose kernel makes what a state holds, through any chain of states; where states only pass a value
    /// round among themselves, the first of them.
    func source(ofState slot: Slot) -> Slot {
        var current = slot
        var passed: [Slot] = []
        while case .state(_, let next) = instances[current].content {
            if let start = passed.firstIndex(of: current) { return passed[start...].min() ?? current }
            passed.append(current)
            guard let following = self.slot(next) else { break }
            current = following
        }
        return current
    }

    fileprivate func readers() -> [[Slot]] {
        var readers = [[Slot]](repeating: [], count: instances.count)
        for slot in allSlots {
            let read: Set<ValueID> =
                switch instances[slot].content {
                case .compute(_, let inputs, _): Set(inputs.joined())
                case .state(let initial, _): [initial]
                }
            for id in read {
                guard let source = self.slot(id) else { continue }
                readers[source].append(slot)
            }
        }
        return readers
    }
}
