internal import GraphModel
internal import Networks
internal import Synchronization
internal import Tensors

/// How a worker's plan travels. Kinds, axes and types that many instances share are written once; of files it has the
/// facts that its instances ask for.
///
/// It is encoded and decoded with the user info of ``KindOnItsOwn``.
extension WorkerPlan: Codable {
    private enum Key: String, CodingKey {
        case worker, index, automatic, arena, scratch, kept, snapshots
        case setup, body, finish, states, transfers
        case facts, axes, types, kinds, instances
    }

    private struct KnownFile: Codable {
        let reference: FileReference
        let fact: FileFact
    }

    /// An instance by the numbers of what it shares with others.
    private struct Row: Codable {
        let id: ValueID
        let kind: Int
        let axis: Int?
        let gathered: Int?
        let inputs: [[Int]]
        let neighbours: [Int]
        let type: Int
    }

    public func encode(to encoder: any Encoder) throws {
        var axes = Table<ResolvedAxis>()
        var types = Table<TensorType>()
        var kinds = Table<AnyHashable>()
        var written: [KindOnItsOwn] = []
        var facts: [FileReference: FileFact] = [:]
        let rows = instances.map { instance in
            facts.merge(instance.factsRead) { first, _ in first }
            let kind = kinds.number(AnyHashable(instance.kind))
            if kind == written.count { written.append(KindOnItsOwn(instance.kind)) }
            let context = instance.context
            return Row(
                id: instance.id, kind: kind, axis: context.axis.map { axes.number($0) },
                gathered: context.gathered.map { axes.number($0) },
                inputs: context.inputs.map { $0.map { types.number($0) } }, neighbours: context.neighbours,
                type: types.number(instance.type))
        }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(worker, forKey: .worker)
        try container.encode(index, forKey: .index)
        try container.encode(automaticConvolutions, forKey: .automatic)
        try container.encode(arenaCount, forKey: .arena)
        try container.encode(scratchBytes, forKey: .scratch)
        try container.encode(keptBytes, forKey: .kept)
        try container.encode(snapshotBytes, forKey: .snapshots)
        try container.encode(setup, forKey: .setup)
        try container.encode(body, forKey: .body)
        try container.encode(finish, forKey: .finish)
        try container.encode(states, forKey: .states)
        try container.encode(transfers, forKey: .transfers)
        let known = facts.sorted { $0.key.sortKey < $1.key.sortKey }.map {
            KnownFile(reference: $0.key, fact: $0.value)
        }
        try container.encode(known, forKey: .facts)
        try container.encode(axes.entries, forKey: .axes)
        try container.encode(types.entries, forKey: .types)
        try container.encode(written, forKey: .kinds)
        try container.encode(rows, forKey: .instances)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let known = try container.decode([KnownFile].self, forKey: .facts)
        guard known.allSatisfy(\.fact.isSmallEnough) else {
            throw DecodingError.dataCorruptedError(
                forKey: .facts, in: container, debugDescription: "a file is larger than any")
        }
        let facts = FileFacts(
            Dictionary(known.map { ($0.reference, $0.fact) }, uniquingKeysWith: { first, _ in first }))
        let axes = try container.decode([ResolvedAxis].self, forKey: .axes)
        let types = try container.decode([TensorType].self, forKey: .types)
        let kinds = try container.decode([KindOnItsOwn].self, forKey: .kinds)
        func entry<Element>(_ table: [Element], _ number: Int) throws -> Element {
            guard table.indices.contains(number) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .instances, in: container, debugDescription: "an instance names what is not there")
            }
            return table[number]
        }
        let instances = try container.decode([Row].self, forKey: .instances).map { row in
            let context = NodeContext(
                node: row.id.node, index: row.id.index ?? 0, axis: try row.axis.map { try entry(axes, $0) },
                gathered: try row.gathered.map { try entry(axes, $0) },
                inputs: try row.inputs.map { try $0.map { try entry(types, $0) } }, neighbours: row.neighbours,
                files: facts)
            return PlannedInstance(
                id: row.id, kind: try entry(kinds, row.kind).kind, context: context, type: try entry(types, row.type))
        }
        self.init(
            worker: try container.decode(Worker.self, forKey: .worker),
            index: try container.decode(Int.self, forKey: .index),
            setup: try container.decode([Step<Buffer>].self, forKey: .setup),
            body: try container.decode([Step<Buffer>].self, forKey: .body),
            finish: try container.decode([Step<Buffer>].self, forKey: .finish), instances: instances,
            states: try container.decode([CarriedState].self, forKey: .states),
            transfers: try container.decode([Transfer].self, forKey: .transfers),
            automaticConvolutions: try container.decode(ConvolutionMethod.self, forKey: .automatic),
            arenaCount: try container.decode(Int.self, forKey: .arena),
            scratchBytes: try container.decode(Int.self, forKey: .scratch),
            keptBytes: try container.decode(Int.self, forKey: .kept),
            snapshotBytes: try container.decode(Int.self, forKey: .snapshots))
    }
}

extension FileFact {
    /// Whether a file can be as large as that.
    fileprivate var isSmallEnough: Bool {
        switch self {
        case .tensor(let type, _): type.shape.count <= 1 << 40
        case .weights(let shapes): shapes.values.allSatisfy { $0.count <= 1 << 32 }
        case .unreadable: true
        }
    }
}

/// Things that are written once, and named by their number.
private struct Table<Element: Hashable> {
    private(set) var entries: [Element] = []
    private var numbers: [Element: Int] = [:]

    mutating func number(_ element: Element) -> Int {
        if let known = numbers[element] { return known }
        numbers[element] = entries.count
        entries.append(element)
        return entries.count - 1
    }
}

extension PlannedInstance {
    /// What is known of the files that shape and cost of the instance depend on: its kernel asks for no others.
    fileprivate var factsRead: [FileReference: FileFact] {
        let reader = ReadFacts(context.files)
        let told = NodeContext(
            node: context.node, index: context.index, axis: context.axis, gathered: context.gathered,
            inputs: context.inputs, neighbours: context.neighbours, files: FileFacts(reader))
        // None fails, as all have been asked for before.
        _ = try? kind.output(told)
        _ = try? kind.cost(told)
        for (input, types) in context.inputs.enumerated() {
            for value in types.indices { _ = kind.box(told, input: input, value: value) }
        }
        return reader.facts
    }
}

/// Notes which facts are asked for.
private final class ReadFacts: FileInspector {
    private let files: FileFacts
    private let read = Mutex<[FileReference: FileFact]>([:])

    init(_ files: FileFacts) {
        self.files = files
    }

    var facts: [FileReference: FileFact] { read.withLock { $0 } }

    func fact(of file: FileReference) -> FileFact {
        let fact = files.fact(of: file)
        read.withLock { $0[file] = fact }
        return fact
    }
}
