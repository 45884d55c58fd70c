extension Graph {
    /// Everything wrong with names, axes and edges: what can be told before shapes are known.
    func structureProblems() -> [GraphProblem] {
        var checker = StructureChecker(self)
        return checker.run()
    }
}

/// Walks a graph once and collects what is wrong with its structure.
private struct StructureChecker {
    private let graph: Graph
    private let axisNames: Set<String>
    private let phases: [String: Phase]
    private var earlier: [String: Node] = [:]
    private var problems: [GraphProblem] = []
    /// Whether something refers to a node that is not there, or to none: what it meant would seem unused.
    private var lacksReferences = false

    init(_ graph: Graph) {
        self.graph = graph
        axisNames = Set(graph.axes.map(\.name))
        phases = graph.phases()
    }

    mutating func run() -> [GraphProblem] {
        checkNames()
        checkIterations()
        checkAxes()
        for node in graph.nodes {
            checkName(node)
            switch node.content {
            case .compute(let kind, let inputs): checkInputs(node, kind, inputs)
            case .state(let initial, let next): checkState(node, initial, next)
            }
            earlier[node.id] = node
        }
        checkResults()
        checkStopRule()
        if !lacksReferences { checkUse() }
        return problems
    }

    private mutating func report(_ location: SourceLocation?, _ message: String) {
        problems.append(GraphProblem(location, message))
    }

    /// Parameters are checked where they are declared. One that gives the number of iterations and is out of its range
    /// has been reported there.
    private mutating func checkIterations() {
        guard !Graph.possibleIterations.contains(graph.iterations.value) else { return }
        let parameter = graph.parameters.first { $0.name == graph.iterations.parameter }
        guard parameter?.problem(with: .integer(graph.iterations.value)) == nil else { return }
        report(
            nil,
            "'iterations' is \(graph.iterations.value); it must be between \(Graph.possibleIterations.lowerBound) and "
                + "\(Graph.possibleIterations.upperBound)")
    }

    /// Names of outputs and of the graph become names of files, and must not lead out of the run's folder.
    private mutating func checkNames() {
        if !graph.name.isPlainName {
            report(nil, "'\(graph.name)' cannot name a graph; use letters, digits, '-' and '_'")
        }
        for axis in graph.axes where !axis.name.isPlainName {
            report(axis.location, "'\(axis.name)' cannot name an axis; use letters, digits, '-' and '_'")
        }
        for name in graph.outputs.keys.sorted() where !name.isPlainName {
            report(nil, "'\(name)' cannot name an output; use letters, digits, '-' and '_'")
        }
    }

    private mutating func checkAxes() {
        var seen: Set<String> = []
        for axis in graph.axes {
            if !seen.insert(axis.name).inserted {
                report(axis.location, "axis '\(axis.name)' is declared twice; give each its own name")
            }
            switch axis.extent {
            case .count(let count):
                guard !(1...1_000_000).contains(count.value) else { continue }
                report(axis.location, "axis '\(axis.name)' has \(count.value) instances; it must have 1 to 1000000")
            case .tiles(let tiles):
                guard let cut = graph.nodes.first(where: { $0.id == tiles.of }) else {
                    report(axis.location, "axis '\(axis.name)' cuts '\(tiles.of)', which is no node of the graph")
                    continue
                }
                guard let over = cut.axis else { continue }
                report(
                    axis.location,
                    "axis '\(axis.name)' cuts '\(cut.id)', which runs over '\(over)'; cut a node that has no axis")
            }
        }
    }

    private mutating func checkName(_ node: Node) {
        if earlier[node.id] != nil {
            report(node.location, "'\(node.id)' names two nodes; give each its own name")
        }
        if !node.id.isPlainName {
            report(node.location, "'\(node.id)' cannot name a node; use letters, digits, '-' and '_'")
        }
        if let axis = node.axis, !axisNames.contains(axis) {
            let known =
                axisNames.isEmpty ? "the graph has none" : "there are: \(axisNames.sorted().joined(separator: ", "))"
            report(node.location, "'\(node.id)' runs over '\(axis)', which is no axis; \(known)")
        }
        checkTilesAreKnown(node)
    }

    /// Tiles are known once the shape of what they cut is, so a node over them comes after it.
    private mutating func checkTilesAreKnown(_ node: Node) {
        guard let axis = graph.axes.first(where: { $0.name == node.axis }), case .tiles(let tiles) = axis.extent,
            tiles.of != node.id, earlier[tiles.of] == nil, graph.nodes.contains(where: { $0.id == tiles.of })
        else { return }
        report(
            node.location,
            "'\(node.id)' runs over '\(axis.name)', the tiles of '\(tiles.of)', which comes later; "
                + "add it after '\(tiles.of)'")
    }

    private mutating func checkInputs(_ node: Node, _ kind: any NodeKind, _ inputs: [String]) {
        let declared = type(of: kind).inputs
        if let problem = (kind as? any HasIterationLimit)?.problem(inLoopOf: graph.iterations) {
            report(node.location, "'\(node.id)': \(problem)")
        }
        guard inputs.count == declared.count else {
            lacksReferences = true
            let names = declared.map(\.name).joined(separator: ", ")
            report(
                node.location,
                "'\(node.id)' (\(type(of: kind).name)) has \(inputs.count) inputs; it needs \(declared.count)"
                    + (names.isEmpty ? "" : ": \(names)"))
            return
        }
        for (input, id) in zip(declared, inputs) {
            guard let source = resolve(id, for: node) else { continue }
            checkEdge(node, input, source)
        }
    }

    private mutating func checkEdge(_ node: Node, _ input: Input, _ source: Node) {
        switch input.reads {
        case .own:
            guard let axis = source.axis, axis != node.axis else { return }
            let own = node.axis.map { "runs over '\($0)'" } ?? "has no axis"
            report(
                node.location,
                "'\(node.id)' \(own) but reads '\(source.id)', which runs over '\(axis)'. "
                    + "Gather '\(source.id)' first, for example with Sum or Blend.")
        case .all:
            guard let axis = node.axis else { return }
            report(
                node.location,
                "'\(node.id)' gathers '\(source.id)' and cannot run over '\(axis)' itself; add it without 'over'")
        case .neighbours:
            guard source.axis == nil || source.axis != node.axis else { return }
            report(
                node.location,
                "'\(node.id)' reads the neighbours of '\(source.id)', so both must run over the same axis of tiles")
        }
    }

    private mutating func checkState(_ node: Node, _ initial: String, _ next: String) {
        if let source = resolve(initial, for: node), let axis = source.axis, axis != node.axis {
            report(
                node.location,
                "state '\(node.id)' starts from '\(initial)', which runs over '\(axis)'; "
                    + "let the state run over '\(axis)' too, or gather first")
        }
        if earlier[initial] != nil, let phase = phases[initial], phase != .setup {
            report(
                node.location,
                "state '\(node.id)' starts from '\(initial)', which depends on a state itself; "
                    + "start from a value that is there before the loop")
        }
        guard !next.isEmpty else {
            lacksReferences = true
            report(node.location, "state '\(node.id)' has no next value; give it one with 'next(…)'")
            return
        }
        guard let source = graph.nodes.first(where: { $0.id == next }) else {
            lacksReferences = true
            report(node.location, "state '\(node.id)' becomes '\(next)', which is no node of the graph")
            return
        }
        guard source.axis != node.axis else { return }
        let own = node.axis.map { "runs over '\($0)'" } ?? "has no axis"
        let other = source.axis.map { "runs over '\($0)'" } ?? "has no axis"
        report(node.location, "state '\(node.id)' \(own) but its next value '\(next)' \(other); both must agree")
    }

    /// The node of that name, if there is one before `node`; a problem otherwise.
    private mutating func resolve(_ id: String, for node: Node) -> Node? {
        if let source = earlier[id] { return source }
        lacksReferences = true
        let exists = graph.nodes.contains { $0.id == id }
        report(
            node.location,
            exists
                ? "'\(node.id)' reads '\(id)', which comes later; a node reads earlier nodes only, or a state"
                : "'\(node.id)' reads '\(id)', which is no node of the graph\(suggestion(for: id))")
        return nil
    }

    private func suggestion(for id: String) -> String {
        let near = earlier.keys.min { ($0.editDistance(to: id), $0) < ($1.editDistance(to: id), $1) }
        guard let near, near.editDistance(to: id) <= max(1, id.count / 3) else { return "" }
        return "; is '\(near)' meant?"
    }

    private mutating func checkResults() {
        if graph.outputs.isEmpty {
            lacksReferences = true
            report(nil, "the graph has no output; name what is to be kept with 'output(…)'")
        }
        for (name, id) in graph.outputs.sorted(by: { $0.key < $1.key }) where earlier[id] == nil {
            lacksReferences = true
            report(nil, "output '\(name)' is '\(id)', which is no node of the graph\(suggestion(for: id))")
        }
        for id in graph.metrics {
            guard let node = earlier[id] else {
                lacksReferences = true
                report(nil, "metric '\(id)' is no node of the graph\(suggestion(for: id))")
                continue
            }
            guard case .state(_, let next) = node.content else { continue }
            report(
                node.location, "metric '\(id)' is a state, which is computed nowhere; report what it becomes, '\(next)'"
            )
        }
    }

    /// One whose metric is no node has been reported with the metrics.
    private mutating func checkStopRule() {
        guard let rule = graph.stop, !graph.metrics.contains(rule.metric) || earlier[rule.metric] != nil,
            let problem = rule.problem(in: graph, phases: phases)
        else { return }
        report(rule.location, problem)
    }

    /// Reports the ends only of what leads nowhere.
    private mutating func checkUse() {
        let used = graph.usedNodes()
        var read: Set<String> = []
        for node in graph.nodes {
            switch node.content {
            case .compute(_, let inputs): read.formUnion(inputs)
            case .state(let initial, _): read.insert(initial)
            }
        }
        for node in graph.nodes where !used.contains(node.id) && !read.contains(node.id) {
            report(
                node.location,
                "nothing uses '\(node.id)'; read it, keep it with 'output(…)', report it with 'metric(…)', or delete it"
            )
        }
    }
}

extension Graph {
    /// How often a body can run: few enough for any count of steps to fit an `Int`.
    static let possibleIterations = 1...1_000_000_000

    /// Ids of the nodes that an output, a metric or a state in use depends on.
    func usedNodes() -> Set<String> {
        var waiting = Array(outputs.values) + metrics
        for axis in axes {
            guard case .tiles(let tiles) = axis.extent else { continue }
            if nodes.contains(where: { $0.axis == axis.name }) { waiting.append(tiles.of) }
        }
        return closure(of: waiting) { node in
            switch node.content {
            case .compute(_, let inputs): inputs
            case .state(let initial, let next): [initial, next]
            }
        }
    }

    /// `roots` and all that `sources` leads to from them.
    func closure(of roots: [String], _ sources: (Node) -> [String]) -> Set<String> {
        let byID = Dictionary(nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var waiting = roots
        var found: Set<String> = []
        while let id = waiting.popLast() {
            guard let node = byID[id], found.insert(id).inserted else { continue }
            waiting += sources(node)
        }
        return found
    }
}
