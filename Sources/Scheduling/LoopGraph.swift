internal import GraphModel
internal import Tensors

/// The instances of the loop and what they read of each other, as scheduling sees them: worked out once, whatever the
/// placement.
struct LoopGraph {
    /// A value of the loop, or a state, that an instance of the loop reads.
    struct Read {
        let source: Int
        /// The box of the value that is read; `nil` for the whole.
        let box: Region?
    }

    /// Positions of the loop's computed instances, in an order in which each reads earlier ones only.
    let computed: [Int]
    /// Positions of the states.
    let states: [Int]
    /// What each computed instance reads, by position.
    let reads: [[Read]]
    /// The computed instances that read a value of the loop or a state, each once.
    let readers: [[Int]]

    init(_ expansion: Expansion) {
        var computed: [Int] = []
        var states: [Int] = []
        var reads = [[Read]](repeating: [], count: expansion.instances.count)
        var readers = [[Int]](repeating: [], count: expansion.instances.count)
        for (position, instance) in expansion.instances.enumerated() where instance.phase == .body {
            guard case .compute(let kind, let inputs, let context) = instance.content else {
                states.append(position)
                continue
            }
            computed.append(position)
            for (input, values) in inputs.enumerated() {
                for (value, source) in values.enumerated() where expansion.instances[source].phase == .body {
                    reads[position].append(
                        Read(source: source, box: kind.box(context, input: input, value: value)))
                    if readers[source].last != position { readers[source].append(position) }
                }
            }
        }
        self.computed = computed
        self.states = states
        self.reads = reads
        self.readers = readers
    }
}
