internal import GraphModel
internal import Tensors

/// Which values must go to which workers, when, and which parts of them.
///
/// What a worker reads of another's value is one delivery, into one buffer. It comes in parcels, one for each reader in
/// their order, with what the readers before it have not brought: so the first can begin while the rest is on its way,
/// and nothing travels twice.
struct Routes {
    /// A value, or a box of it, that a worker is sent.
    struct Delivery {
        let instance: Slot
        let to: Int
        let phase: Phase
        /// The box of the value's trailing axes that the receiver's buffer holds; `nil` for the whole.
        fileprivate(set) var box: Region?
        /// Numbers of its parcels, in the order of their readers.
        fileprivate(set) var parcels: [Int] = []
    }

    /// A transfer: boxes of a value that travel together.
    struct Parcel {
        /// Number of its delivery.
        let delivery: Int
        /// The instance that it must have reached first.
        let reader: Slot
        /// `nil` for the whole value.
        let boxes: [Region]?
    }

    private struct Key: Hashable {
        let instance: Slot
        let to: Int
        let phase: Phase
    }

    /// What of a delivery has been asked for.
    private enum Coverage {
        case whole
        case boxes([Region])
    }

    private(set) var deliveries: [Delivery] = []
    private(set) var parcels: [Parcel] = []
    private var numbers: [Key: Int] = [:]
    /// Numbers of the parcels that an instance's value is sent in.
    private(set) var outgoing: [Slot: [Int]] = [:]
    /// Numbers of the parcels that a worker receives.
    private(set) var incoming: [Int: [Int]] = [:]

    /// - Parameter order: All instances as they are computed, phase by phase.
    init(_ expansion: Expansion, homes: [Int], order: [Slot]) {
        var coverage: [Coverage] = []
        for slot in order {
            let instance = expansion.instances[slot]
            let home = homes[slot]
            switch instance.content {
            case .compute(let kind, let inputs, let context):
                for (input, values) in inputs.enumerated() {
                    for (value, id) in values.enumerated() {
                        guard let source = expansion.slot(id), homes[source] != home else { continue }
                        let phase = Routes.phase(of: expansion.instances[source], readIn: instance.phase)
                        let box = kind.box(context, input: input, value: value)
                        add(Key(instance: source, to: home, phase: phase), slot, box, expansion, &coverage)
                    }
                }
            case .state(let initial, _):
                guard let source = expansion.slot(initial), homes[source] != home else { continue }
                add(Key(instance: source, to: home, phase: .setup), slot, nil, expansion, &coverage)
            }
        }
        for (number, known) in coverage.enumerated() {
            guard case .boxes(let boxes) = known, let first = boxes.first else { continue }
            let box = boxes.dropFirst().reduce(first) { $0.union($1) }
            let extents = expansion.instances[deliveries[number].instance].type.shape.trailing(box.ranges.count)
            deliveries[number].box = box == Region(whole: extents) ? nil : box
        }
        for (number, parcel) in parcels.enumerated() {
            let delivery = deliveries[parcel.delivery]
            deliveries[parcel.delivery].parcels.append(number)
            outgoing[delivery.instance, default: []].append(number)
            incoming[delivery.to, default: []].append(number)
        }
    }

    /// The delivery by which `worker` has the value of another worker's instance when it reads it in `phase`.
    func delivery(_ instance: Slot, to worker: Int, phase: Phase) -> Int? {
        numbers[Key(instance: instance, to: worker, phase: phase)]
    }

    /// When a value must be sent that is read in `phase`: as soon as it is known to last.
    static func phase(of instance: Instance, readIn phase: Phase) -> Phase {
        instance.phase == .setup ? .setup : phase
    }

    private mutating func add(
        _ key: Key, _ reader: Slot, _ box: Region?, _ expansion: Expansion, _ coverage: inout [Coverage]
    ) {
        let number: Int
        if let known = numbers[key] {
            number = known
        } else {
            number = deliveries.count
            numbers[key] = number
            deliveries.append(Delivery(instance: key.instance, to: key.to, phase: key.phase))
            coverage.append(.boxes([]))
        }
        guard case .boxes(let known) = coverage[number] else { return }
        let type = expansion.instances[key.instance].type
        // A box of other axes than those before it is not worth telling apart.
        let wanted = known.first.map { $0.ranges.count == box?.ranges.count } ?? true ? box : nil
        guard let wanted else {
            coverage[number] = .whole
            guard let axes = known.first?.ranges.count else {
                parcels.append(Parcel(delivery: number, reader: reader, boxes: nil))
                return
            }
            let rest = Region(whole: type.shape.trailing(axes)).subtracting(known)
            if !rest.isEmpty { parcels.append(Parcel(delivery: number, reader: reader, boxes: rest)) }
            return
        }
        coverage[number] = .boxes(known + [wanted])
        let rest = wanted.subtracting(known.filter { !$0.intersection(wanted).isEmpty })
        if !rest.isEmpty { parcels.append(Parcel(delivery: number, reader: reader, boxes: rest)) }
    }
}
