/// A graph while its nodes are exchanged for others.
struct GraphDraft {
    private let graph: Graph
    private(set) var nodes: [Node]
    private(set) var axes: [Axis]
    private(set) var outputs: [String: String]

    init(_ graph: Graph) {
        self.graph = graph
        nodes = graph.nodes
        axes = graph.axes
        outputs = graph.outputs
    }

    var metrics: [String] { graph.metrics }

    /// The draft as a graph.
    func finished() -> Graph {
        Graph(
            name: graph.name, summary: graph.summary, note: graph.note, iterations: graph.iterations,
            parameters: graph.parameters, options: graph.options, axes: axes, nodes: nodes,
            metrics: graph.metrics, outputs: outputs, stop: graph.stop)
    }

    /// The draft as a graph, without the nodes that nothing needs any more.
    func pruned() -> Graph {
        let used = finished().usedNodes()
        var draft = self
        draft.nodes.removeAll { !used.contains($0.id) }
        return draft.finished()
    }

    /// `base`, or with a number behind it where another node has that name.
    func freeID(_ base: String) -> String {
        let taken = Set(nodes.map(\.id))
        guard taken.contains(base) else { return base }
        var number = 2
        while taken.contains("\(base)-\(number)") { number += 1 }
        return "\(base)-\(number)"
    }

    /// Puts nodes in the place of the node `id`: one of them has its id, or nothing reads it any more.
    mutating func replace(_ id: String, by replacement: [Node]) {
        guard let index = nodes.firstIndex(where: { $0.id == id }) else { return }
        nodes.replaceSubrange(index...index, with: replacement)
    }

    /// The node that alone reads `id`; `nil` where several do, or a state becomes it, it is kept, reported or cut into
    /// tiles.
    func onlyReader(of id: String) -> Node? {
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
        guard readers.count == 1, !isCut, !metrics.contains(id), !outputs.values.contains(id) else { return nil }
        return readers[0]
    }

    /// Makes everything read other nodes in place of some, which are dropped.
    mutating func merge(_ substitutes: [String: String]) {
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
    }
}

extension Node {
    /// A node that takes part in computing what `node` was declared to yield; problems with it are reported there.
    init(_ id: String, _ kind: any NodeKind, _ inputs: [String], over axis: String?, standingFor node: Node) {
        self.init(id: id, content: .compute(kind, inputs: inputs), axis: axis, location: node.location)
    }
}

extension TileAxis {
    /// The same tiles of another value.
    fileprivate func cutting(_ node: String) -> TileAxis {
        TileAxis(of: node, mode: mode, size: size, overlap: overlap, denoiser: denoiser, dimensions: dimensions)
    }
}
