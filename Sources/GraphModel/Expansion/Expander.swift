internal import Tensors

/// Writes out the instances of a graph node by node, and goes on after a problem to find the next.
struct Expander {
    let graph: Graph
    let files: FileFacts
    private let phases: [String: Phase]
    /// Where each node stands in the graph; the first of a name, where two share one.
    private let order: [String: Int]
    private var axes: [String: ResolvedAxis] = [:]
    private(set) var instances: [Instance] = []
    private var bounds: [Double?] = []
    private(set) var positions: [String: Range<Int>] = [:]
    var problems: [GraphProblem] = []
    var warnings: [GraphProblem] = []
    private var factors: [ConvergenceFactor] = []
    /// Where the first of them that is in doubt stands.
    private var doubtLocation: SourceLocation?

    init(_ graph: Graph, _ files: FileFacts) {
        self.graph = graph
        self.files = files
        phases = graph.phases()
        order = Dictionary(graph.nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func run() -> (expansion: Expansion, problems: [GraphProblem]) {
        for axis in graph.axes {
            guard case .count(let count) = axis.extent, (1...1_000_000).contains(count.value) else { continue }
            axes[axis.name] = ResolvedAxis(name: axis.name, count: count.value, tiling: nil)
        }
        for node in graph.nodes where positions[node.id] == nil {
            expand(node)
        }
        checkStates()
        checkMetrics()
        checkValues()
        checkReaches()
        if let warning = factors.warning { warnings.append(GraphProblem(doubtLocation, warning)) }
        let expansion = Expansion(
            graph: graph, axes: axes, instances: instances, warnings: warnings, factors: factors, declared: graph)
        return (expansion, problems)
    }

    /// An axis that could be resolved.
    func resolved(_ axis: String) -> ResolvedAxis? { axes[axis] }

    /// Cuts of the node just expanded become axes as soon as its shape is known.
    private mutating func resolveTiles(of node: Node) {
        guard let range = positions[node.id], range.count == 1 else { return }
        for axis in graph.axes {
            guard case .tiles(let tiles) = axis.extent, tiles.of == node.id else { continue }
            do throws(GraphError) {
                let tiling = try tiles.tiling(of: instances[range.lowerBound].type.shape, files)
                axes[axis.name] = ResolvedAxis(name: axis.name, count: tiling.count, tiling: tiling)
            } catch {
                problems.append(GraphProblem(axis.location ?? node.location, "axis '\(axis.name)': \(error)"))
            }
        }
    }

    private mutating func expand(_ node: Node) {
        var axis: ResolvedAxis?
        if let name = node.axis {
            // An axis that failed has been reported, or is no axis, which the structure check reports.
            guard let resolved = axes[name] else { return }
            axis = resolved
        }
        let first = instances.count
        for index in 0..<(axis?.count ?? 1) {
            do throws(GraphError) {
                guard let instance = try expand(node, index, axis) else {
                    instances.removeSubrange(first...)
                    bounds.removeSubrange(first...)
                    return
                }
                instances.append(instance)
            } catch {
                let id = ValueID(node.id, axis.map { _ in index })
                problems.append(GraphProblem(node.location, "'\(id)': \(error)"))
                instances.removeSubrange(first...)
                bounds.removeSubrange(first...)
                return
            }
        }
        positions[node.id] = first..<instances.count
        resolveTiles(of: node)
    }

    /// One instance, or `nil` where something it reads has failed already.
    private mutating func expand(
        _ node: Node, _ index: Int, _ axis: ResolvedAxis?
    ) throws(GraphError) -> Instance? {
        let id = ValueID(node.id, axis.map { _ in index })
        let phase = phases[node.id] ?? .body
        switch node.content {
        case .state(let initial, let next):
            guard let range = positions[initial] else { return nil }
            let source = range.count == 1 ? range.lowerBound : range.lowerBound + index
            guard range.contains(source) else { return nil }
            bounds.append(nil)
            return Instance(
                id: id, phase: phase,
                content: .state(initial: instances[source].id, next: ValueID(next, axis.map { _ in index })),
                type: instances[source].type, cost: Cost())
        case .compute(let general, let inputs):
            let declared = type(of: general).inputs
            guard declared.count == inputs.count else { return nil }
            var read: [[Int]] = []
            var gathered: ResolvedAxis?
            var neighbours: [Int] = []
            for (input, source) in zip(declared, inputs) {
                guard let range = positions[source] else { return nil }
                switch input.reads {
                case .own:
                    let own = range.count == 1 ? range.lowerBound : range.lowerBound + index
                    guard range.contains(own) else { return nil }
                    read.append([own])
                case .all:
                    read.append(Array(range))
                    gathered = order[source].flatMap { graph.nodes[$0].axis }.flatMap { axes[$0] }
                case .neighbours:
                    guard let tiling = axis?.tiling else {
                        throw .rule("it reads neighbours, so it must run over an axis of tiles")
                    }
                    neighbours = tiling.neighbours(of: index)
                    guard range.count == tiling.count else { return nil }
                    read.append(neighbours.map { range.lowerBound + $0 })
                }
            }
            let context = NodeContext(
                node: node.id, index: index, axis: axis, gathered: gathered,
                inputs: read.map { $0.map { instances[$0].type } }, neighbours: neighbours, files: files)
            if index == 0, let problem = problem(general, on: axis) { throw .rule(problem) }
            let kind: any NodeKind = general.resolved(for: context)
            let type = try kind.output(context)
            guard type.shape.rank <= Shape.mostAxes else {
                throw .rule("it has \(type.shape.rank) axes (\(type)); values have \(Shape.mostAxes) at most")
            }
            let cost = try kind.cost(context)
            let inputBounds = read.map { $0.map { bounds[$0] } }
            bounds.append(kind.gradientBound(context, inputs: inputBounds))
            for warning in kind.warnings(context, gradientBounds: inputBounds) {
                warnings.append(GraphProblem(node.location, "'\(id)': \(warning)"))
            }
            if phase == .body, index == 0 { note(kind.convergenceFactors(context, gradientBounds: inputBounds), node) }
            return Instance(
                id: id, phase: phase,
                content: .compute(kind, inputs: read.map { $0.map { instances[$0].id } }, context: context), type: type,
                cost: cost)
        }
    }

    /// What is wrong with a kind over the tiles of an axis, whose windows may be too small for it.
    private func problem(_ kind: any NodeKind, on axis: ResolvedAxis?) -> String? {
        guard let looking = kind as? any HasReceptiveField, let axis, axis.tiling?.mode == .exact,
            case .tiles(let tiles)? = graph.axes.first(where: { $0.name == axis.name })?.extent,
            let image = positions[tiles.of]?.first.map({ instances[$0].type.shape })
        else { return nil }
        return looking.problem(overTilesOf: image, for: tiles.denoiser, files)
    }

    private mutating func note(_ found: [ConvergenceFactor], _ node: Node) {
        if doubtLocation == nil, found.contains(where: { $0.doubt != nil }) { doubtLocation = node.location }
        for factor in found where !factors.contains(factor) { factors.append(factor) }
    }

    /// States come before what they become, so that is looked at last.
    private mutating func checkStates() {
        for node in graph.nodes {
            guard case .state(_, let next) = node.content, let range = positions[node.id],
                let target = positions[next], target.count == range.count
            else { continue }
            for (instance, becomes) in zip(instances[range], instances[target]) where instance.type != becomes.type {
                problems.append(
                    GraphProblem(
                        node.location,
                        "state '\(instance.id)' is \(instance.type) but becomes '\(becomes.id)', "
                            + "which is \(becomes.type); both must agree"))
                break
            }
        }
    }

    private mutating func checkMetrics() {
        for id in graph.metrics {
            guard let range = positions[id] else { continue }
            for instance in instances[range] where instance.type != .scalar {
                problems.append(
                    GraphProblem(
                        order[id].flatMap { graph.nodes[$0].location },
                        "metric '\(instance.id)' is \(instance.type); a metric is a single float32 number"))
                break
            }
        }
    }
}
