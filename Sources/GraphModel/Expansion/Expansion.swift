public import Tensors

/// When an instance is computed.
public enum Phase: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
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
    /// What it computes, or that it is a state.
    public enum Content: Sendable {
        /// The kind, and for every input the values read.
        case compute(any NodeKind, inputs: [[ValueID]], context: NodeContext)
        /// The values that it starts as and becomes.
        case state(initial: ValueID, next: ValueID)
    }

    /// Of the value that it yields.
    public let id: ValueID
    /// When it is computed.
    public let phase: Phase
    /// What it computes, or that it is a state.
    public let content: Content
    /// Shape and element type of its value.
    public let type: TensorType
    /// What computing it once costs.
    public let cost: Cost

    /// Index over the node's axis; 0 where there is none.
    public var index: Int { id.index ?? 0 }

    /// Whether it is a state carried from one iteration to the next.
    package var isState: Bool {
        if case .state = content { return true }
        return false
    }
}

/// A graph with every instance written out, typed and costed; instances stand in an order in which each reads earlier
/// ones only.
public struct Expansion: Sendable {
    /// What was expanded.
    public let graph: Graph
    /// The axes by name, with their extents and tilings.
    public let axes: [String: ResolvedAxis]
    /// All instances, in order.
    public let instances: [Instance]
    /// What is allowed but surprising.
    public let warnings: [GraphProblem]
    /// The settings in the loop on which hangs whether it converges.
    package let factors: [ConvergenceFactor]
    /// The graph as it was declared; ``graph`` unless that was rewritten.
    public let declared: Graph
    /// Whether ``graph`` was rewritten, and by what.
    public let rewriting: Rewriting
    /// What was changed in the graph as it was declared.
    public let rewrites: [Rewrite]
    /// Where the instances of every node stand.
    private let ranges: [String: Range<Int>]
    private let positions: [ValueID: Int]

    init(
        graph: Graph, axes: [String: ResolvedAxis], instances: [Instance], warnings: [GraphProblem],
        factors: [ConvergenceFactor], declared: Graph, rewriting: Rewriting = .none, rewrites: [Rewrite] = []
    ) {
        self.graph = graph
        self.axes = axes
        self.instances = instances
        self.warnings = warnings
        self.factors = factors
        self.declared = declared
        self.rewriting = rewriting
        self.rewrites = rewrites
        var ranges: [String: Range<Int>] = [:]
        var positions: [ValueID: Int] = [:]
        positions.reserveCapacity(instances.count)
        for (number, instance) in instances.enumerated() {
            positions[instance.id] = number
            // Parts of a sum are no values of its node.
            guard instance.id.terms == nil else { continue }
            ranges[instance.id.node] = (ranges[instance.id.node]?.lowerBound ?? number)..<number + 1
        }
        self.ranges = ranges
        self.positions = positions
    }

    /// How often the body runs: not at all where nothing changes from one iteration to the next.
    public var iterations: Int {
        graph.nodes.contains { node in
            switch node.content {
            case .state: true
            case .compute(let kind, _): kind.traits.contains(.changesWithIteration)
            }
        } ? graph.iterations.value : 0
    }

    /// The instance that yields a value; `nil` where none does.
    public subscript(_ id: ValueID) -> Instance? { positions[id].map { instances[$0] } }

    /// The instances of a node, in order; none where there is no such node.
    public func instances(of node: String) -> ArraySlice<Instance> { instances[ranges[node] ?? 0..<0] }

    /// The instances of the node that an output names.
    public func output(_ name: String) -> ArraySlice<Instance>? { graph.outputs[name].map { instances(of: $0) } }

    /// The values that a run keeps.
    package var kept: Set<ValueID> { Set(graph.outputs.values.flatMap { instances(of: $0).map(\.id) }) }

    /// The values that a run reports, in the order of the graph.
    package var metrics: [ValueID] { graph.metrics.flatMap { instances(of: $0).map(\.id) } }

    /// Where the instance that yields a value stands among all; it is no name of it, as another expansion has others.
    package func position(of id: ValueID) -> Int? { positions[id] }

    /// The same with other instances of the same nodes.
    package func with(_ instances: [Instance]) -> Expansion {
        Expansion(
            graph: graph, axes: axes, instances: instances, warnings: warnings, factors: factors, declared: declared,
            rewriting: rewriting, rewrites: rewrites)
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
            case .compute(let kind, let inputs):
                guard kind.traits.contains(.changesWithIteration) || inputs.contains(where: changing.contains) else {
                    continue
                }
                changing.insert(node.id)
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
