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
    private let overrides: Overrides
    private var unusedOverrides: Set<String>
    private var iterations: Setting<Int> = 1
    private var noteOfRun = ""
    private var parameters: [Parameter] = []
    private var options: [String: ParameterValue] = [:]
    private var axes: [Axis] = []
    private var nodes: [Node] = []
    private var nexts: [String: String] = [:]
    private var initials: [String: String] = [:]
    private var metrics: [String] = []
    private var outputs: [String: String] = [:]
    private var stop: StopRule?
    private var problems: [GraphProblem] = []

    fileprivate init(overrides: Overrides) {
        self.overrides = overrides
        unusedOverrides = Set(overrides.texts.keys)
    }

    // MARK: Parameters and options

    /// A whole number that `--set` may change.
    public func integer(
        _ name: String, _ value: Int, in range: ClosedRange<Int>, unit: String? = nil, _ help: String,
        file: String = #fileID, line: Int = #line
    ) -> Setting<Int> {
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        return declare(
            Parameter(name, .integer, .integer(value), range: bounds, unit: unit, help: help),
            fallback: value, SourceLocation(file: file, line: line))
    }

    /// A number that `--set` may change.
    public func number(
        _ name: String, _ value: Double, in range: ClosedRange<Double>, unit: String? = nil, _ help: String,
        file: String = #fileID, line: Int = #line
    ) -> Setting<Double> {
        declare(
            Parameter(name, .number, .number(value), range: range, unit: unit, help: help),
            fallback: value, SourceLocation(file: file, line: line))
    }

    /// A file that `--set` may change; empty where none is given.
    public func path(
        _ name: String, _ value: String, _ help: String, file: String = #fileID, line: Int = #line
    ) -> Setting<String> {
        declare(
            Parameter(name, .path, .text(value), help: help), fallback: value, SourceLocation(file: file, line: line))
    }

    /// One of several named choices, of all or of `choices`, that `--set` may change.
    public func choice<Choice: ParameterType & CaseIterable & RawRepresentable<String>>(
        _ name: String, _ value: Choice, among choices: [Choice] = Array(Choice.allCases), _ help: String,
        file: String = #fileID, line: Int = #line
    ) -> Setting<Choice> {
        declare(
            Parameter(name, .text, .text(value.rawValue), choices: choices.map(\.rawValue), help: help),
            fallback: value, SourceLocation(file: file, line: line))
    }

    /// The numbers of a file that stand for 0 and 1, which `--set` may change.
    public func range(
        _ name: String, _ value: ValueRange, _ help: String, file: String = #fileID, line: Int = #line
    ) -> Setting<ValueRange> {
        declare(
            Parameter(name, .range, value.parameterValue, help: help), fallback: value,
            SourceLocation(file: file, line: line))
    }

    /// A choice that shapes the graph itself: `graphs emit --set` gives it, a run cannot change it any more.
    public func option<Value: ParameterType>(
        _ name: String, _ value: Value, file: String = #fileID, line: Int = #line
    ) -> Value {
        let sort: Parameter.Sort =
            switch value.parameterValue {
            case .integer: .integer
            case .number: .number
            case .text: .text
            }
        return option(Parameter(name, sort, value.parameterValue), value, SourceLocation(file: file, line: line))
    }

    /// A whole number that shapes the graph itself.
    public func option(
        _ name: String, _ value: Int, in range: ClosedRange<Int>, file: String = #fileID, line: Int = #line
    ) -> Int {
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        return option(
            Parameter(name, .integer, .integer(value), range: bounds), value, SourceLocation(file: file, line: line))
    }

    /// A file, or a pattern of files, that shapes the graph itself; empty where none is given.
    public func pathOption(
        _ name: String, _ value: String, file: String = #fileID, line: Int = #line
    ) -> String {
        option(Parameter(name, .path, .text(value)), value, SourceLocation(file: file, line: line))
    }

    /// Numbers, separated by commas, that shape the graph itself.
    public func numbersOption(
        _ name: String, _ values: [Double], file: String = #fileID, line: Int = #line
    ) -> [Double] {
        let text = option(name, values.map(plain).joined(separator: ","), file: file, line: line)
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Double($0).flatMap { $0.isFinite ? $0 : nil } }
        guard numbers.count == words.count else {
            problems.append(
                GraphProblem(
                    SourceLocation(file: file, line: line),
                    "'\(name)' takes numbers separated by commas, such as 0.03,0.05, not '\(text)'"))
            return values
        }
        return numbers
    }

    private func option<Value: ParameterType>(
        _ parameter: Parameter, _ value: Value, _ location: SourceLocation
    ) -> Value {
        let chosen: Setting<Value> = override(parameter, fallback: value, location).1
        checkIsNew(parameter, location)
        options[parameter.name] = chosen.value.parameterValue
        return chosen.value
    }

    private func declare<Value: ParameterType>(
        _ parameter: Parameter, fallback: Value, _ location: SourceLocation
    ) -> Setting<Value> {
        let (declared, setting): (Parameter, Setting<Value>) = override(parameter, fallback: fallback, location)
        checkIsNew(declared, location)
        if let problem = declared.problem(with: declared.value) {
            problems.append(GraphProblem(location, problem))
        }
        parameters.append(declared)
        return setting
    }

    private func checkIsNew(_ parameter: Parameter, _ location: SourceLocation) {
        guard parameters.contains(where: { $0.name == parameter.name }) || options[parameter.name] != nil else {
            return
        }
        problems.append(
            GraphProblem(location, "parameter '\(parameter.name)' is declared twice; give each its own name"))
    }

    /// The parameter and its setting with the value of `--set`, if one was given.
    private func override<Value: ParameterType>(
        _ parameter: Parameter, fallback: Value, _ location: SourceLocation
    ) -> (Parameter, Setting<Value>) {
        let parameter = overrides.inheriting(parameter)
        let plain = Setting(Value(parameter.value) ?? fallback, parameter: parameter.name)
        unusedOverrides.remove(parameter.name)
        guard let text = overrides.text(for: parameter) else { return (parameter, plain) }
        do {
            let given = try parameter.parse(text)
            guard let value = Value(given) else { return (parameter, plain) }
            return (parameter.with(given), Setting(value, parameter: parameter.name))
        } catch {
            problems.append(GraphProblem(location, error.description))
            return (parameter, plain)
        }
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
        for name in unusedOverrides.sorted() {
            let known = (parameters.map(\.name) + options.keys).sorted().joined(separator: ", ")
            problems.append(
                GraphProblem(
                    nil, "nothing is called '\(name)' here; what can be set: \(known.isEmpty ? "nothing" : known)"))
        }
        let finished = nodes.map { node in
            guard case .state(let initial, _) = node.content else { return node }
            return Node(
                id: node.id, content: .state(initial: initial, next: nexts[node.id] ?? ""), axis: node.axis,
                location: node.location)
        }
        let graph = Graph(
            name: name, summary: summary, note: noteOfRun, iterations: iterations, parameters: parameters,
            options: options, axes: axes, nodes: finished, metrics: metrics, outputs: outputs, stop: stop)
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
