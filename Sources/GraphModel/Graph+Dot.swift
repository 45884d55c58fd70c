internal import Tensors

extension Expansion {
    /// The graph as a picture for Graphviz, a box a node: one dashed cluster an axis with its extent, states as ovals,
    /// the way back to a state dashed. The same graph always gives the same text.
    public func dot() -> String {
        var picture = DotPicture(graph.name)
        let phases = graph.phases()
        for node in graph.nodes where node.axis == nil {
            picture.add(templateLine(node, phases), indent: 1)
        }
        for axis in graph.axes {
            let count = axes[axis.name].map { "\($0.count)" } ?? "?"
            picture.beginCluster(axis.name, "\(axis.name) × \(count)")
            for node in graph.nodes where node.axis == axis.name {
                picture.add(templateLine(node, phases), indent: 2)
            }
            picture.endCluster()
        }
        for node in graph.nodes {
            switch node.content {
            case .state(let initial, let next):
                picture.edge(initial, node.id, "style=dotted, label=\"start\"")
                picture.edge(next, node.id, "style=dashed, constraint=false, label=\"next\"")
            case .compute(_, let inputs):
                for input in inputs { picture.edge(input, node.id) }
            }
        }
        addOutputs(to: &picture) { [$0] }
        return picture.text
    }

    /// The same with a box an instance; `annotation` may add a worker's colour and a line to each.
    ///
    /// - Parameters:
    ///   - annotation: For an instance, the index of its worker and a line to show.
    ///   - edgeLabel: For a value and one that reads it, a line to show on the edge between them.
    public func expandedDot(
        annotation: (Instance) -> (worker: Int, line: String)? = { _ in nil },
        edgeLabel: (ValueID, ValueID) -> String? = { _, _ in nil }
    ) -> String {
        var picture = DotPicture(graph.name)
        let phases = graph.phases()
        for node in graph.nodes {
            let instances = instances(of: node.id)
            guard !instances.isEmpty else { continue }
            if let axis = node.axis {
                picture.beginCluster("\(axis)/\(node.id)", "\(node.id) × \(instances.count)")
            }
            for instance in instances {
                let note = annotation(instance)
                var lines = [instance.id.description, instance.type.description]
                if let note, !note.line.isEmpty { lines.append(note.line) }
                let fill = note.map { DotPicture.workerColour($0.worker) }
                picture.add(
                    DotPicture.box(lines[0], lines, node, phases[node.id] ?? .body, fill: fill),
                    indent: node.axis == nil ? 1 : 2)
            }
            if node.axis != nil { picture.endCluster() }
        }
        for instance in instances {
            let id = instance.id.description
            switch instance.content {
            case .state(let initial, let next):
                picture.edge(initial.description, id, "style=dotted, label=\"start\"")
                picture.edge(next.description, id, "style=dashed, constraint=false, label=\"next\"")
            case .compute(_, let inputs, _):
                for input in inputs.joined() {
                    let label = edgeLabel(input, instance.id).map { "label=\"\(DotPicture.escaped($0))\"" }
                    picture.edge(input.description, id, label ?? "")
                }
            }
        }
        addOutputs(to: &picture) { id in instances(of: id).map(\.id.description) }
        return picture.text
    }

    private func templateLine(_ node: Node, _ phases: [String: Phase]) -> String {
        var lines = [node.id]
        switch node.content {
        case .state: lines.append("state")
        case .compute(let kind, _):
            var label = kind.label
            // As it turns out to be for what it reads.
            if case .compute(let own, _, _)? = instances(of: node.id).first?.content { label = own.label }
            lines.append(type(of: kind).name + (label.isEmpty ? "" : ": \(label)"))
        }
        let types = Set(instances(of: node.id).map(\.type))
        if let first = instances(of: node.id).first?.type {
            lines.append(types.count == 1 ? first.description : "\(types.count) shapes, such as \(first)")
        }
        return DotPicture.box(node.id, lines, node, phases[node.id] ?? .body, fill: nil)
    }

    private func addOutputs(to picture: inout DotPicture, _ boxes: (String) -> [String]) {
        for (name, id) in graph.outputs.sorted(by: { $0.key < $1.key }) {
            picture.add(
                "\(DotPicture.quoted("output \(name)")) [label=\(DotPicture.quoted(name)), shape=note, style=filled, "
                    + "fillcolor=\"#fff8dc\"];", indent: 1)
            for box in boxes(id) { picture.edge(box, "output \(name)") }
        }
    }
}

/// Collects the lines of a Graphviz file.
private struct DotPicture {
    private(set) var lines: [String]
    private var edges: [String] = []

    init(_ name: String) {
        lines = [
            "digraph \(DotPicture.quoted(name)) {",
            "    graph [rankdir=TB, fontname=\"Helvetica\", nodesep=0.35, ranksep=0.4];",
            "    node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\", fontsize=11];",
            "    edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];",
        ]
    }

    var text: String { (lines + edges + ["}", ""]).joined(separator: "\n") }

    mutating func add(_ line: String, indent: Int) {
        lines.append(String(repeating: "    ", count: indent) + line)
    }

    mutating func beginCluster(_ name: String, _ label: String) {
        add("subgraph \(DotPicture.quoted("cluster_\(name)")) {", indent: 1)
        add("label=\(DotPicture.quoted(label)); style=\"dashed,rounded\"; color=\"#888888\"; fontsize=12;", indent: 2)
    }

    mutating func endCluster() {
        add("}", indent: 1)
    }

    mutating func edge(_ from: String, _ to: String, _ attributes: String = "") {
        let suffix = attributes.isEmpty ? "" : " [\(attributes)]"
        edges.append("    \(DotPicture.quoted(from)) -> \(DotPicture.quoted(to))\(suffix);")
    }

    static func box(_ id: String, _ lines: [String], _ node: Node, _ phase: Phase, fill: String?) -> String {
        var attributes = ["label=\"\(lines.map(escaped).joined(separator: "\\n"))\""]
        if case .state = node.content { attributes.append("shape=oval") }
        let colour: String? =
            switch (fill, phase) {
            case (.some(let fill), _): fill
            case (nil, .setup): "#eeeeee"
            case (nil, .body): nil
            case (nil, .finish): "#fff8dc"
            }
        if let colour { attributes.append("fillcolor=\"\(colour)\"") }
        return "\(quoted(id)) [\(attributes.joined(separator: ", "))];"
    }

    /// Colours that stay apart for the eight workers one can tell apart (ColorBrewer's Pastel1).
    static func workerColour(_ worker: Int) -> String {
        let colours = ["#fbb4ae", "#b3cde3", "#ccebc5", "#decbe4", "#fed9a6", "#ffffcc", "#e5d8bd", "#fddaec"]
        return colours[worker % colours.count]
    }

    static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

    static func escaped(_ text: String) -> String {
        // By scalar: a quote that carries an accent is one letter to Swift and still a quote to Graphviz.
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: result.append(" ")
            default:
                if scalar == "\"" || scalar == "\\" { result.append("\\") }
                result.unicodeScalars.append(scalar)
            }
        }
    }
}
