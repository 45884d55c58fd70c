internal import GraphModel
internal import Tensors

/// The instances of the loop and what they read of each other, as scheduling sees them: worked out once, whatever the
/// placement.
struct LoopGraph {
    /// A value of the loop, or a state, that an instance of the loop reads.
    struct Read {
        let source: Slot
        /// The box of the value that is read; `nil` for the whole.
        let box: Region?
    }

    /// The loop's computed instances, in an order in which each reads earlier ones only.
    let computed: [Slot]
    let states: [Slot]
    /// For every instance what it reads, if it is computed in the loop.
    let reads: [[Read]]
    /// For every instance those computed in the loop that read it, each once, if it is of the loop too.
    let readers: [[Slot]]

    init(_ expansion: Expansion) {
        var computed: [Slot] = []
        var states: [Slot] = []
        var reads = [[Read]](repeating: [], count: expansion.instances.count)
        var readers = [[Slot]](repeating: [], count: expansion.instances.count)
        for slot in expansion.allSlots where expansion.instances[slot].phase == .body {
            guard case .compute(let kind, let inputs, let context) = expansion.instances[slot].content else {
                states.append(slot)
                continue
            }
            computed.append(slot)
            for (input, values) in inputs.enumerated() {
                for (value, id) in values.enumerated() {
                    guard let source = expansion.slot(id), expansion.instances[source].phase == .body else { continue }
                    reads[slot].append(Read(source: source, box: kind.box(context, input: input, value: value)))
                    if readers[source].last != slot { readers[source].append(slot) }
                }
            }
        }
        self.computed = computed
        self.states = states
        self.reads = reads
        self.readers = readers
    }
}
