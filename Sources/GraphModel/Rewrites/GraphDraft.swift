/// A graph while its nodes are exchanged for others: what rules look at.
public final class GraphDraft {
    /// How many workers the graph is rewritten for.
    public let workers: Int
    /// The nodes, in order.
    public private(set) var nodes: [Node]
    private(set) var axes: [Axis]
    private(set) var outputs: [String: String]

    private let expansion: Expansion
    /// Ids of nodes that are others than in the expansion.
    private var replaced: Set<String> = []
    private var known = Analyses()

    init(_ expansion: Expansion, workers: Int) {
        self.expansion = expansion
        self.workers = workers
        nodes = expansion.graph.nodes
        axes = expansion.graph.axes
        outputs = expansion.graph.outputs
    }

    /// What has been found out about the nodes as they stand.
    private struct Analyses {
        var positions: [String: Int]?
        var phases: [String: Phase]?
        var equals: [String: String]?
    }

    // MARK: What rules ask

    /// The node of that id.
    public func node(_ id: String) -> Node? { position(of: id).map { nodes[$0] } }

    /// The kind and the inputs of the node of that id; `nil` where it is a state, or there is none.
    public func kind(of id: String) -> (kind: any NodeKind, inputs: [String])? {
        guard case .compute(let kind, let inputs)? = node(id)?.content else { return nil }
        return (kind, inputs)
    }

    /// When a node is computed.
    public func phase(of id: String) -> Phase? {
        let phases = known.phases ?? finished().phases()
        known.phases = phases
        return phases[id]
    }

    /// What the instances of a node are told of themselves, in order; none where a rule has just put it here.
    public func contexts(of id: String) -> [NodeContext] {
        guard !replaced.contains(id) else { return [] }
        return expansion.instances(of: id).compactMap { instance in
            guard case .compute(_, _, let context) = instance.content else { return nil }
            return context
        }
    }

    /// An axis with its extent.
    public func axis(_ name: String) -> ResolvedAxis? { expansion.axes[name] }

    /// The node that alone reads `id`; `nil` where several do, or a state becomes it, it is kept, reported or cut into
    /// tiles.
    public func onlyReader(of id: String) -> Node? {
        let readers = nodes.filter { node in
            switch node.content {
            case .compute(_, let inputs): inputs.contains(id)
            case .state(let initial, let next): initial == id || next == id
            }
        }
        let isCut = axes.contains { axis in
            guard case .tiles(let tiles) = axis.extent else { return false }
            return tiles.of == id
        }
        guard readers.count == 1, !isCut, !isReported(id), !outputs.values.contains(id) else { return nil }
        return readers[0]
    }

    /// Whether a node is a metric, which is reported under its own name.
    public func isReported(_ id: String) -> Bool { expansion.graph.metrics.contains(id) }

    /// The first node that yields what this one does: of equal kind, settings, axis, inputs and phase.
    public func equal(to id: String) -> String? {
        let equals = known.equals ?? findEquals()
        known.equals = equals
        return equals[id]
    }

    /// `base`, or with a number behind it where another node has that name.
    public func freeID(_ base: String) -> String {
        guard position(of: base) != nil else { return base }
        var number = 2
        while position(of: "\(base)-\(number)") != nil { number += 1 }
        return "\(base)-\(number)"
    }

    // MARK: Changing it

    /// Applies a rule to every node that it has something for.
    func apply(_ rule: any RewriteRule) -> [Rewrite] {
        var rewrites: [Rewrite] = []
        var substitutes: [String: String] = [:]
        for node in nodes where position(of: node.id) != nil {
            guard let replacement = rule.replacement(for: node, in: self) else { continue }
            switch replacement.change {
            case .nodes(let replacing, let dropped):
                replace(node.id, by: replacing)
                for id in dropped { replace(id, by: []) }
            case .same(let id):
                // Metrics are reported under their own names.
                guard !isReported(node.id) else { continue }
                substitutes[node.id] = substitutes[id] ?? id
            }
            rewrites.append(Rewrite(rule: rule.name, node: node.id, change: replacement.words))
        }
        if !substitutes.isEmpty { merge(substitutes) }
        return rewrites
    }

    /// The draft as a graph.
    private func finished() -> Graph {
        let graph = expansion.graph
        return Graph(
            name: graph.name, summary: graph.summary, note: graph.note, iterations: graph.iterations,
            parameters: graph.parameters, options: graph.options, axes: axes, nodes: nodes,
            metrics: graph.metrics, outputs: outputs, stop: graph.stop)
    }

    /// The draft as a graph, without the nodes that nothing needs any more.
    func pruned() -> Graph {
        let used = finished().usedNodes()
        nodes.removeAll { !used.contains($0.id) }
        known = Analyses()
        return finished()
    }

    private func position(of id: String) -> Int? {
        let positions =
            known.positions
            ?? Dictionary(nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        known.positions = positions
        return positions[id]
    }

    private func replace(_ id: String, by replacement: [Node]) {
        guard let index = position(of: id) else { return }
        nodes.replaceSubrange(index...index, with: replacement)
        replaced.formUnion([id] + replacement.map(\.id))
        known = Analyses()
    }

    private func findEquals() -> [String: String] {
        var seen: [Signature: String] = [:]
        var equals: [String: String] = [:]
        for node in nodes {
            guard case .compute(let kind, let inputs) = node.content, !kind.traits.contains(.keyedByNode) else {
                continue
            }
            let signature = Signature(
                kind: AnyHashable(kind), name: type(of: kind).name, inputs: inputs.map { equals[$0] ?? $0 },
                // The same kind and inputs after the loop read other states than in it.
                axis: node.axis, phase: phase(of: node.id))
            if let same = seen[signature] {
                // Metrics are reported under their own names.
                if !isReported(node.id) { equals[node.id] = same }
            } else {
                seen[signature] = node.id
            }
        }
        return equals
    }

    private struct Signature: Hashable {
        let kind: AnyHashable
        let name: String
        let inputs: [String]
        let axis: String?
        let phase: Phase?
    }

    /// Makes everything read other nodes in place of some, which are dropped.
    private func merge(_ substitutes: [String: String]) {
        func kept(_ id: String) -> String { substitutes[id] ?? id }
        nodes = nodes.compactMap { node in
            guard substitutes[node.id] == nil else { return nil }
            let content: Node.Content =
                switch node.content {
                case .compute(let kind, let inputs): .compute(kind, inputs: inputs.map(kept))
                case .state(let initial, let next): .state(initial: kept(initial), next: kept(next))
                }
            return Node(id: node.id, content: content, axis: node.axis, location: node.location)
        }
        axes = axes.map { axis in
            guard case .tiles(let tiles) = axis.extent else { return axis }
            return Axis(axis.name, .tiles(tiles.cutting(kept(tiles.of))), location: axis.location)
        }
        outputs = outputs.mapValues(kept)
        known = Analyses()
    }
}

extension Node {
    /// A node that takes part in computing what `node` was declared to yield; problems with it are reported there.
    public init(_ id: String, _ kind: any NodeKind, _ inputs: [String], over axis: String?, standingFor node: Node) {
        self.init(id: id, content: .compute(kind, inputs: inputs), axis: axis, location: node.location)
    }
}

extension TileAxis {
    /// The same tiles of another value.
    fileprivate func cutting(_ node: String) -> TileAxis {
        TileAxis(of: node, mode: mode, size: size, overlap: overlap, denoiser: denoiser, dimensions: dimensions)
    }
}
