package import GraphModel
internal import TensorFiles
package import Tensors

/// Every state of a run after an iteration, and what is needed to go on from it.
package struct Checkpoint: Sendable {
    /// The iteration the states are from.
    package let iteration: Int
    /// What parameters were set to, as texts for `--set`.
    package let parameters: [String: String]
    /// Whether the graph was rewritten, which decides bits.
    package let rewriting: Rewriting
    /// The hash (SHA-256) of each file that the run read, by its path in the graph.
    let inputs: [String: String]
    /// What is known of the convergence of the run.
    package let history: ConvergenceHistory?
    let graph: String
    let states: [ValueID: Tensor]

    /// - Parameter inputs: The hash of each file that the run read, by its path in the graph.
    package init(
        _ expansion: Expansion, iteration: Int, states: [ValueID: Tensor], inputs: [String: String] = [:],
        history: ConvergenceHistory? = nil
    ) throws {
        self.iteration = iteration
        self.inputs = inputs
        self.history = history
        graph = try Checkpoint.fingerprint(expansion.declared)
        rewriting = expansion.rewriting
        parameters = Dictionary(
            expansion.graph.parameters.map { ($0.name, $0.value.description) }, uniquingKeysWith: { first, _ in first })
        self.states = states
    }

    /// What was read from files.
    init(_ header: Header, states: [ValueID: Tensor]) {
        iteration = header.iteration
        parameters = header.parameters
        rewriting = header.rewriting
        history = header.convergence
        inputs = header.inputs
        graph = header.graph
        self.states = states
    }

    /// Checks that a run of `graph` may go on from here.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` where the checkpoint is of another graph.
    package func check(_ graph: Graph) throws(RunError) {
        let fingerprint = (try? Checkpoint.fingerprint(graph)) ?? ""
        guard fingerprint != self.graph else { return }
        throw .checkpoint(
            "the checkpoint is of another graph, or of this one with other parameters; "
                + "only the number of iterations\(graph.stop == nil ? "" : " and the threshold of the stop rule") may change"
        )
    }

    /// The files that hold something else than when the run began, by their paths in the graph, in order.
    ///
    /// - Parameter inputs: The hash of each file that the graph reads now.
    package func changed(_ inputs: [String: String]) -> [String] {
        Set(inputs.keys).union(self.inputs.keys).filter { inputs[$0] != self.inputs[$0] }.sorted()
    }

    /// The states of a run of `expansion`.
    ///
    /// - Throws: ``RunError/checkpoint(_:)`` where the checkpoint is of another graph.
    package func states(for expansion: Expansion) throws(RunError) -> [ValueID: Tensor] {
        try check(expansion.declared)
        var found: [ValueID: Tensor] = [:]
        for instance in expansion.instances where instance.isState {
            guard let state = states[instance.id], state.type == instance.type else {
                throw .checkpoint("the checkpoint holds no state '\(instance.id)' of \(instance.type)")
            }
            found[instance.id] = state
        }
        return found
    }

    /// A hash of the graph and its parameters, whenever a run of it ends.
    private static func fingerprint(_ graph: Graph) throws -> String {
        ContentHash.of(Array(try graph.withIterations(1).withTolerance(0).fileText().utf8))
    }
}
