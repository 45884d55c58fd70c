public import GraphModel
internal import Kernels
public import Tensors

/// The image that the random graph of a seed reads: of every third, a complex one.
public func randomGraphImage(_ seed: UInt64) -> TensorType {
    TensorType([1, 1, 9, 7], seed % 3 == 0 ? .complex64 : .float32)
}

/// The files that the random graph of a seed reads.
public func randomGraphFiles(_ seed: UInt64) -> FileFacts {
    FileFacts([FileReference("image.npy", .tensor): .tensor(randomGraphImage(seed))])
}

/// A graph of random layers: nodes with and without axes, numbers that are computed and that follow a schedule, gathers,
/// broadcasts, tiles that read neighbours, states that take each other's values, setup, body and finish.
public func randomGraph(_ seed: UInt64) throws -> Expansion {
    try declaredRandomGraph(seed).expand(randomGraphFiles(seed))
}

/// The same before its instances are written out.
///
/// - Parameter image: The path of an array like ``randomGraphImage(_:)``.
public func declaredRandomGraph(_ seed: UInt64, image path: String = "image.npy") throws(GraphError) -> Graph {
    var random = SeededRandom(seed)
    return try Graph("random", summary: "") { g in
        let image = g.add("image", Load(Setting(path)))
        let shard = g.axis("shard", count: Setting(Int.random(in: 1...7, using: &random)))
        let tile = g.tiles(
            "tile", of: image, mode: Setting(.exact), size: 3, overlap: 0,
            denoiser: Denoiser(weights: "", tvWeight: 0.1, tvIterations: Setting(Int.random(in: 1...4, using: &random)))
        )
        var builder = RandomBuilder(g: g, shard: shard, tile: tile, random: random)
        builder.pools[.none] = [image]
        builder.pools[.number] = [g.add("half", Number(0.5))]
        builder.unread = ["copies", "inner", "half"]
        builder.pools[.shard] = [g.add("copies", Scale(2.0), image, over: shard)]
        builder.pools[.tile] = [
            g.add("inner", Trim(), g.add("windows", Crop(), image, over: tile), over: tile)
        ]
        for index in 0..<4 { builder.addNode("setup-\(index)") }
        let before = builder.pools
        var states: [(Value, RandomBuilder.Place)] = []
        for index in 0..<Int.random(in: 0...4, using: &builder.random) {
            let place = builder.anyPlace()
            let initial = (before[place] ?? []).randomElement(using: &builder.random) ?? image
            let state = g.state("state-\(index)", initial: initial, over: builder.axis(place))
            builder.pools[place, default: []].append(state)
            builder.unread.insert(state.id)
            states.append((state, place))
        }
        if Bool.random(using: &builder.random) {
            builder.pools[.number]?.append(g.add("falling", Schedule(.geometric(first: 1, ratio: 0.5))))
            builder.unread.insert("falling")
        }
        for index in 0..<Int.random(in: 3...14, using: &builder.random) { builder.addNode("body-\(index)") }
        let candidates = builder.pools
        for (state, place) in states {
            // States that take each other's values are the ones that a wrong order of changes spoils.
            let others = states.filter { $0.1 == place }.map(\.0)
            let pool = Bool.random(using: &builder.random) ? others : candidates[place] ?? []
            g.next(state, pool.randomElement(using: &builder.random) ?? state)
        }
        for index in 0..<3 { builder.addNode("late-\(index)") }
        // All that nothing reads is kept, and so is a little more.
        for value in builder.pools.values.joined().sorted(by: { $0.id < $1.id }) where builder.unread.contains(value.id)
        {
            g.output("kept-\(value.id)", value)
        }
        g.metric(g.add("metric", PSNR(), builder.pick(.none), image))
        g.output("image", image)
        g.loop(4)
    }
}

/// Adds nodes of random kinds on random values.
private struct RandomBuilder {
    enum Place: Hashable, CaseIterable {
        case none, number, shard, tile
    }

    let g: GraphBuilder
    let shard: AxisHandle
    let tile: AxisHandle
    var random: SeededRandom
    /// Values by the axis they run over; every value of a place is of one type per instance.
    var pools: [Place: [Value]] = [:]
    var unread: Set<String> = []

    func axis(_ place: Place) -> AxisHandle? {
        switch place {
        case .none, .number: nil
        case .shard: shard
        case .tile: tile
        }
    }

    mutating func anyPlace() -> Place { Place.allCases.randomElement(using: &random) ?? .none }

    mutating func pick(_ place: Place) -> Value {
        let values = pools[place] ?? []
        let value = values[Int.random(in: 0..<values.count, using: &random)]
        unread.remove(value.id)
        return value
    }

    mutating func addNode(_ id: String) {
        let (value, place) = newNode(id)
        pools[place, default: []].append(value)
        unread.insert(id)
    }

    private mutating func newNode(_ id: String) -> (Value, Place) {
        switch Int.random(in: 0..<15, using: &random) {
        case 0: (g.add(id, Sum(), pick(.shard)), .none)
        case 1: (g.add(id, Assemble(), pick(.tile)), .none)
        case 2: (g.add(id, Add(), pick(.none), pick(.none)), .none)
        case 3: (g.add(id, Add(), pick(.none), pick(.shard), over: shard), .shard)
        case 4: (g.add(id, Add(), pick(.shard), pick(.shard), over: shard), .shard)
        case 5: (g.add(id, Scale(2.0), pick(.none), over: shard), .shard)
        case 6: (g.add(id, Add(), pick(.tile), pick(.tile), over: tile), .tile)
        case 7: (g.add(id, Trim(), g.add(id + "-window", HaloExchange(), pick(.tile), over: tile), over: tile), .tile)
        case 9: (atMostOne(id, g.add(id + "-norm", Norm(), pick(.none))), .number)
        case 10:
            (
                atMostOne(
                    id,
                    g.add(
                        id + "-sum", Sum(),
                        g.add(id + "-terms", InnerProduct(), pick(.shard), pick(.shard), over: shard))),
                .number
            )
        case 11: (g.add(id, Axpy(), pick(.number), pick(.none), pick(.none)), .none)
        case 12: (g.add(id, DescendBy(), pick(.number), pick(.shard), pick(.none), over: shard), .shard)
        case 13: (g.add(id, Arithmetic(.multiply), pick(.tile), pick(.number), over: tile), .tile)
        case 8: (g.add(id, Trim(), g.add(id + "-window", Crop(), pick(.none), over: tile), over: tile), .tile)
        default: (g.add(id, Scale(2.0), pick(.tile), over: tile), .tile)
        }
    }
}

extension RandomBuilder {
    /// Between −1 and 1, so that what is multiplied by it stays bounded.
    private func atMostOne(_ id: String, _ number: Value) -> Value {
        g.add(
            id, Arithmetic(.minimum), g.add(id + "-one", Number(1)), g.add(id + "-size", Function(.magnitude), number))
    }
}

/// Every instance on a worker drawn by chance.
public func randomPlacement(_ expansion: Expansion, workers: Int, seed: UInt64) -> [ValueID: Int] {
    var random = SeededRandom(seed)
    return placement(expansion) { _ in Int.random(in: 0..<workers, using: &random) }
}

/// For every value the worker that `home` names.
public func placement(_ expansion: Expansion, _ home: (Instance) -> Int) -> [ValueID: Int] {
    Dictionary(expansion.instances.map { ($0.id, home($0)) }, uniquingKeysWith: { first, _ in first })
}
