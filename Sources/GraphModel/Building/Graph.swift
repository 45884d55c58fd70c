/// A step of a reconstruction: a kind and the values it reads, or a state carried from one iteration to the next.
public struct Node: Sendable {
    /// What a node is: something computed, or a state.
    public enum Content: Sendable {
        case compute(any NodeKind, inputs: [String])
        /// Starts as the value of `initial` and becomes that of `next` after each iteration.
        case state(initial: String, next: String)
    }

    /// One name everywhere: `denoised`, and `denoised[3]` for an instance.
    public let id: String
    /// What it is: something computed, or a state.
    public let content: Content
    /// The axis it is repeated over.
    public let axis: String?
    package let location: SourceLocation?

    package init(id: String, content: Content, axis: String?, location: SourceLocation?) {
        self.id = id
        self.content = content
        self.axis = axis
        self.location = location
    }
}

/// A reconstruction as data: what is computed, not where or when.
///
/// Nodes read earlier nodes only; the loop is not in the graph, but in its states. What depends on no state is computed
/// once before the loop, what only outputs read once after it, all else in every iteration.
public struct Graph: Sendable {
    /// Its name, such as `pnp`.
    public let name: String
    /// What it does, in a line.
    public let summary: String
    /// What a run says first, for whoever may expect something else of it; empty where there is nothing to say. `{NAME}`
    /// stands for the value of a parameter, of a path for the file's name.
    public let note: String
    /// How often the body runs.
    public let iterations: Setting<Int>
    /// What `--set` can change, in the order in which it was declared.
    public internal(set) var parameters: [Parameter]
    /// Choices made when the graph was emitted, which `--set` can no longer change.
    public let options: [String: ParameterValue]
    /// The indices that nodes are repeated over.
    public let axes: [Axis]
    /// What is computed and carried, each node after those that it reads.
    public let nodes: [Node]
    /// Ids of nodes of a single number that a run reports: each iteration, or once where they do not change.
    public let metrics: [String]
    /// What a run keeps: the id of a node under a name such as `result`.
    public let outputs: [String: String]
    /// When a run may end before all iterations; `nil` where it computes them all.
    public internal(set) var stop: StopRule?

    package init(
        name: String, summary: String, note: String = "", iterations: Setting<Int>, parameters: [Parameter],
        options: [String: ParameterValue], axes: [Axis], nodes: [Node], metrics: [String], outputs: [String: String],
        stop: StopRule? = nil
    ) {
        self.name = name
        self.summary = summary
        self.note = note
        self.iterations = iterations
        self.parameters = parameters
        self.options = options
        self.axes = axes
        self.nodes = nodes
        self.metrics = metrics
        self.outputs = outputs
        self.stop = stop
    }
}

extension Graph {
    /// The same graph with another number of iterations, in the parameter too that gives it.
    package func withIterations(_ count: Int) -> Graph {
        Graph(
            name: name, summary: summary, note: note, iterations: Setting(count, parameter: iterations.parameter),
            parameters: parameters.map { $0.name == iterations.parameter ? $0.with(.integer(count)) : $0 },
            options: options, axes: axes, nodes: nodes, metrics: metrics, outputs: outputs, stop: stop)
    }

    /// The note with the values that are in force; `nil` where there is none.
    public var noteText: String? {
        guard !note.isEmpty else { return nil }
        return parameters.reduce(note) { text, parameter in
            let value = parameter.value.description
            let shown = parameter.sort == .path ? value.split(separator: "/").last.map(String.init) ?? value : value
            return text.replacing("{\(parameter.name)}", with: shown)
        }
    }
}
