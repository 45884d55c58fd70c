public import Foundation

extension Graph {
    /// Version of the `.graph` file form that this program reads and writes.
    public static let fileVersion = 1

    /// The `.graph` file: versioned JSON with sorted keys and nodes in reading order; the same graph always gives the
    /// same text.
    ///
    /// - Throws: what Foundation's encoder throws, on numbers that JSON does not have.
    public func fileText() throws -> String {
        let file = GraphDocument(self)
        let data = try JSONEncoder().encode(file)
        return try JSONDecoder().decode(JSONValue.self, from: data).laidOut()
    }

    /// Reads a `.graph` file.
    ///
    /// - Parameters:
    ///   - data: The file's contents.
    ///   - file: Its name, for messages.
    ///   - kinds: The kinds that may occur in it.
    ///   - settings: The values of `--set`.
    /// - Throws: ``GraphError/problems(_:)`` with every problem that shows in the text, each with its line.
    public init(
        _ data: Data, file: String, kinds: KindCatalog, settings: Overrides = [:]
    ) throws(GraphError) {
        var reader = GraphReader(data, file: file, kinds: kinds)
        self = try reader.read(settings)
    }
}

/// The form of a `.graph` file, for writing.
private struct GraphDocument: Encodable {
    private enum Key: String, CodingKey {
        case version = "graphrun"
        case name, summary, note, iterations, parameters, options, axes, nodes, metrics, outputs
        case id, kind, inputs, settings, over, initial, next
        case count, of, mode, size, overlap, denoiser, dimensions
        case stop, when, below
        case consecutive = "for"
    }

    private let graph: Graph

    init(_ graph: Graph) {
        self.graph = graph
    }

    func encode(to encoder: any Encoder) throws {
        var file = encoder.container(keyedBy: Key.self)
        try file.encode(Graph.fileVersion, forKey: .version)
        try file.encode(graph.name, forKey: .name)
        try file.encode(graph.summary, forKey: .summary)
        if !graph.note.isEmpty { try file.encode(graph.note, forKey: .note) }
        try file.encode(graph.iterations, forKey: .iterations)
        try file.encode(graph.parameters, forKey: .parameters)
        try file.encode(graph.options, forKey: .options)
        try file.encode(graph.metrics, forKey: .metrics)
        try file.encode(graph.outputs, forKey: .outputs)
        if let stop = graph.stop {
            var rule = file.nestedContainer(keyedBy: Key.self, forKey: .stop)
            try rule.encode(stop.metric, forKey: .when)
            try rule.encode(stop.below, forKey: .below)
            try rule.encode(stop.count, forKey: .consecutive)
        }
        var axes = file.nestedUnkeyedContainer(forKey: .axes)
        for axis in graph.axes {
            var entry = axes.nestedContainer(keyedBy: Key.self)
            try encode(axis, into: &entry)
        }
        var nodes = file.nestedUnkeyedContainer(forKey: .nodes)
        for node in graph.nodes {
            var entry = nodes.nestedContainer(keyedBy: Key.self)
            try encode(node, into: &entry)
        }
    }

    private func encode(_ axis: Axis, into entry: inout KeyedEncodingContainer<Key>) throws {
        try entry.encode(axis.name, forKey: .name)
        switch axis.extent {
        case .count(let count):
            try entry.encode(count, forKey: .count)
        case .tiles(let tiles):
            try entry.encode(tiles.of, forKey: .of)
            try entry.encode(tiles.mode, forKey: .mode)
            try entry.encode(tiles.size, forKey: .size)
            try entry.encode(tiles.overlap, forKey: .overlap)
            if let kind = tiles.denoiser as? any NodeKind {
                var denoiser = entry.nestedContainer(keyedBy: Key.self, forKey: .denoiser)
                try denoiser.encode(type(of: kind).name, forKey: .kind)
                try encodeSettings(kind, into: &denoiser)
            } else {
                try entry.encode(tiles.denoiser, forKey: .denoiser)
            }
            try entry.encode(tiles.dimensions, forKey: .dimensions)
        }
    }

    private func encode(_ node: Node, into entry: inout KeyedEncodingContainer<Key>) throws {
        try entry.encode(node.id, forKey: .id)
        try entry.encodeIfPresent(node.axis, forKey: .over)
        switch node.content {
        case .state(let initial, let next):
            try entry.encode(initial, forKey: .initial)
            try entry.encode(next, forKey: .next)
        case .compute(let kind, let inputs):
            try entry.encode(type(of: kind).name, forKey: .kind)
            if !inputs.isEmpty { try entry.encode(inputs, forKey: .inputs) }
            try encodeSettings(kind, into: &entry)
        }
    }

    /// A kind without settings takes no line of its own.
    private func encodeSettings(_ kind: any NodeKind, into entry: inout KeyedEncodingContainer<Key>) throws {
        let settings = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(kind))
        guard settings != .object([:]) else { return }
        try entry.encode(settings, forKey: .settings)
    }
}
