public import Tensors

/// When an instance is computed.
public enum Phase: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Once before the loop: it depends on no state.
    case setup
    /// In every iteration.
    case body
    /// Once after the loop: only outputs need it.
    case finish

    public static func < (left: Phase, right: Phase) -> Bool {
        left.order < right.order
    }

    private var order: Int {
        switch self {
        case .setup: 0
        case .body: 1
        case .finish: 2
        }
    }
}

/// One instance of a node: `denoised[3]`.
public struct Instance: Sendable {
    public enum Content: Sendable {
        /// The kind, and for every input the positions of the instances read.
        case compute(any NodeKind, inputs: [[Int]], context: NodeContext)
        /// The positions of the instances that it starts as and becomes.
        case state(initial: Int, next: Int)
    }

    /// `denoised[3]`, or `z` where the node has no axis.
    public let id: String
    /// Position of its node in the graph.
    public let node: Int
    /// Index over the node's axis; 0 where there is none.
    public let index: Int
    public let phase: Phase
    public let content: Content
    public let type: TensorType
    public let cost: Cost
}

/// A graph with every instance written out, typed and costed; instances stand in an order in which each reads earlier
/// ones only.
public struct Expansion: Sendable {
    public let graph: Graph
    public let axes: [String: ResolvedAxis]
    public let instances: [Instance]
    /// Positions of the instances of every node.
    public let positions: [String: Range<Int>]
    /// What is allowed but surprising.
    public let warnings: [GraphProblem]
    /// The settings in the loop on which hangs whether it converges.
    package let factors: [ConvergenceFactor]
    /// The graph as it was declared; ``graph`` unless that was rewritten.
    public let declared: Graph
    /// Whether ``graph`` was rewritten, and by what.
    public let rewriting: Rewriting
    public let rewrites: [Rewrite]

    /// How often the body runs: not at all where nothing changes from one iteration to the next.
    public var iterations: Int {
        graph.nodes.contains { node in
            if case .state = node.content { return true }
            return false
        } ? graph.iterations.value : 0
    }

    /// Positions of the instances of the node that an output names.
    public func output(_ name: String) -> Range<Int>? {
        graph.outputs[name].flatMap { positions[$0] }
    }
}

extension Graph {
    /// Checks everything, with the facts of the files it refers to, and writes every instance out.
    ///
    /// - Throws: ``GraphError/problems(_:)`` with every problem found, in the order of the graph.
    public func expand(_ files: FileFacts) throws(GraphError) -> Expansion {
        let problems = structureProblems()
        guard problems.isEmpty else {
            // Shapes are still worth checking, so that one run shows every mistake.
            var expander = Expander(self, files)
            throw .problems(problems + expander.run().problems)
        }
        var expander = Expander(self, files)
        let result = expander.run()
        guard result.problems.isEmpty else { throw .problems(result.problems) }
        return result.expansion
    }

    /// The phase of every node.
    func phases() -> [String: Phase] {
        var changing: Set<String> = []
        for node in nodes {
            switch node.content {
            case .state: changing.insert(node.id)
            case .compute(_, let inputs): if inputs.contains(where: changing.contains) { changing.insert(node.id) }
            }
        }
        let states = nodes.compactMap { node -> String? in
            guard case .state(_, let next) = node.content else { return nil }
            return next
        }
        let inLoop = closure(of: states + metrics.filter(changing.contains)) { node in
            guard case .compute(_, let inputs) = node.content else { return [] }
            return inputs
        }
        var phases: [String: Phase] = [:]
        for node in nodes {
            if !changing.contains(node.id) {
                phases[node.id] = .setup
            } else if case .state = node.content {
                phases[node.id] = .body
            } else {
                phases[node.id] = inLoop.contains(node.id) ? .body : .finish
            }
        }
        return phases
    }
}
