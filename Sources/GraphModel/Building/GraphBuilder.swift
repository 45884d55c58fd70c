public import Tensors

/// Declares a graph, call by call; every mistake is collected with the line it was made on.
///
/// ```swift
/// let graph = try Graph("descent", summary: "Gradient descent on a blurred image") { g in
///     let y = g.add("y", Load("y.npy"))
///     let x = g.state("x", initial: g.add("start", Zeros(), y))
///     ...
///     g.next(x, z)
///     g.output("result", x)
/// }
/// ```
public final class GraphBuilder {
    private var iterations: Setting<Int> = 1
    private var noteOfRun = ""
    var declared: ParameterDeclarations
    private var axes: [Axis] = []
    private var nodes: [Node] = []
    private var nexts: [String: String] = [:]
    private var initials: [String: String] = [:]
    private var metrics: [String] = []
    private var outputs: [String: String] = [:]
    private var stop: StopRule?
    var problems: [GraphProblem] = []

    fileprivate init(overrides: Overrides) {
        declared = ParameterDeclarations(overrides)
    }

    // MARK: Axes

    /// An axis of a given number of instances, such as the shards of an operator.
    public func axis(
        _ name: String, count: Setting<Int>, file: String = #fileID, line: Int = #line
    ) -> AxisHandle {
        axes.append(Axis(name, .count(count), location: SourceLocation(file: file, line: line)))
        return AxisHandle(name: name)
    }

    /// The tiles of the value of `node`, with windows as its mode asks for and, for `exact`, as far as the denoiser
    /// looks.
    public func tiles(
        _ name: String, of node: Value, mode: Setting<TileMode>, size: Setting<Int>, overlap: Setting<Int>,
        denoiser: any HasReceptiveField, dimensions: Int = 2, file: String = #fileID, line: Int = #line
    ) -> AxisHandle {
        let tiles = TileAxis(
            of: node.id, mode: mode, size: size, overlap: overlap, denoiser: denoiser, dimensions: dimensions)
        axes.append(Axis(name, .tiles(tiles), location: SourceLocation(file: file, line: line)))
        return AxisHandle(name: name)
    }

    // MARK: Nodes

    /// A node of the given kind on earlier values; with `over`, one instance for each index of that axis.
    public func add(
        _ id: String, _ kind: some NodeKind, _ inputs: Value..., over axis: AxisHandle? = nil,
        file: String = #fileID, line: Int = #line
    ) -> Value {
        add(id, kind, inputs: inputs, over: axis, file: file, line: line)
    }

    /// The same with a list of inputs.
    public func add(
        _ id: String, _ kind: some NodeKind, inputs: [Value], over axis: AxisHandle? = nil, file: String = #fileID,
        line: Int = #line
    ) -> Value {
        nodes.append(
            Node(
                id: id, content: .compute(kind, inputs: inputs.map(\.id)), axis: axis?.name,
                location: SourceLocation(file: file, line: line)))
        return Value(id: id)
    }

    /// A value carried from one iteration to the next: `initial` first, then what ``next(_:_:file:line:)`` names.
    public func state(
        _ id: String, initial: Value, over axis: AxisHandle? = nil, file: String = #fileID, line: Int = #line
    ) -> Value {
        initials[id] = initial.id
        nodes.append(
            Node(
                id: id, content: .state(initial: initial.id, next: ""), axis: axis?.name,
                location: SourceLocation(file: file, line: line)))
        return Value(id: id)
    }

    /// Makes `value` the value of `state` in the next iteration.
    public func next(_ state: Value, _ value: Value, file: String = #fileID, line: Int = #line) {
        let location = SourceLocation(file: file, line: line)
        if initials[state.id] == nil {
            problems.append(GraphProblem(location, "'\(state.id)' is no state; make it one with 'state(…)'"))
        } else if nexts.updateValue(value.id, forKey: state.id) != nil {
            problems.append(GraphProblem(location, "state '\(state.id)' is given its next value twice"))
        }
    }

    /// Refuses the graph with a line, for functions that build parts of graphs and are asked for what there is not.
    public func refuse(_ reason: String, file: String = #fileID, line: Int = #line) {
        problems.append(GraphProblem(SourceLocation(file: file, line: line), reason))
    }

    // MARK: What a run does with it

    /// How often the body runs.
    public func loop(_ iterations: Setting<Int>) {
        self.iterations = iterations
    }

    /// Ends a run before all iterations where it has converged: where `metric`, of which less is better, was below a
    /// threshold for some iterations in a row.
    ///
    /// With it, a run that diverges keeps the state after the iteration in which `metric` was least.
    ///
    /// - Parameters:
    ///   - metric: A value that is reported with ``metric(_:)``; over an axis its largest instance counts.
    ///   - threshold: 0 for none.
    ///   - count: Iterations in a row.
    public func stop(
        when metric: Value, below threshold: Setting<Double>, for count: Setting<Int>, file: String = #fileID,
        line: Int = #line
    ) {
        let location = SourceLocation(file: file, line: line)
        if stop != nil {
            problems.append(GraphProblem(location, "the graph is given two stop rules; keep one of them"))
        }
        stop = StopRule(metric: metric.id, below: threshold, count: count, location: location)
    }

    /// What a run says first, for whoever may expect something else of it: `{NAME}` stands for the value of a parameter, of a
    /// path for the file's name.
    public func note(_ text: String) {
        noteOfRun = text
    }

    /// Reports the number that `value` yields: each iteration, or once where it does not change.
    public func metric(_ value: Value) {
        metrics.append(value.id)
    }

    /// Keeps `value` at the end, under a name.
    public func output(_ name: String, _ value: Value, file: String = #fileID, line: Int = #line) {
        guard outputs.updateValue(value.id, forKey: name) != nil else { return }
        problems.append(
            GraphProblem(SourceLocation(file: file, line: line), "output '\(name)' is given twice"))
    }

    fileprivate func finish(_ name: String, _ summary: String) -> (Graph, [GraphProblem]) {
        problems += declared.unusedOverrideProblems
        let finished = nodes.map { node in
            guard case .state(let initial, _) = node.content else { return node }
            return Node(
                id: node.id, content: .state(initial: initial, next: nexts[node.id] ?? ""), axis: node.axis,
                location: node.location)
        }
        let graph = Graph(
            name: name, summary: summary, note: noteOfRun, iterations: iterations, parameters: declared.parameters,
            options: declared.options, axes: axes, nodes: finished, metrics: metrics, outputs: outputs, stop: stop)
        return (graph, problems)
    }
}

extension Graph {
    /// Declares a graph; `settings` are the values of `--set`.
    ///
    /// - Throws: ``GraphError/problems(_:)`` with every mistake that shows before any file is looked at.
    public init(
        _ name: String, summary: String, settings: Overrides = [:], _ build: (GraphBuilder) -> Void
    ) throws(GraphError) {
        let builder = GraphBuilder(overrides: settings)
        build(builder)
        let (graph, problems) = builder.finish(name, summary)
        let all = problems + graph.structureProblems()
        guard all.isEmpty else { throw .problems(all) }
        self = graph
    }
}
