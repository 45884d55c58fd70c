internal import GraphModel
internal import Kernels
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// What a step takes that waits for a message of another worker, and one that waits for nobody, with two workers in
/// processes of their own.
struct HopBenchmark {
    private let effort: Effort
    private let folder: String
    private let files: GraphFiles
    private let peer: Peer?

    /// - Parameter folder: for the number that the graphs start from, and for workers.
    init(peer: Peer?, _ effort: Effort, in folder: String) throws {
        self.effort = effort
        self.peer = peer
        self.folder = folder
        files = GraphFiles(folder: folder)
        try NPY.write(Tensor([1], [1]), to: "\(folder)/one.npy")
    }

    func run(_ keep: Keep) throws -> Section {
        var section = Section(
            "Hops between workers",
            "Microseconds for a node that scales one number, on two workers of one thread, each a process of its own, "
                + "over ZeroMQ on loopback: the time of an iteration over its nodes, of \(effort.hopIterations) "
                + "iterations. *Chain* is \(effort.hops) nodes that each read the one before, which the other worker "
                + "computed; *independent* are \(effort.trivialNodes) nodes that read nothing but what they were "
                + "themselves. Beside them, 64 bytes there and back by ZeroMQ alone, between two processes.",
            columns: ["", "µs"])
        func add(_ name: String, _ samples: Samples) throws {
            section.rows.append([name, samples.text(scale: 1e6, 1)])
            section.samples["hops: \(name)"] = samples
            try keep(section)
        }
        log("hops: ZeroMQ alone")
        var bare = Samples(try BareMessages.roundTrips(effort.hops))
        let workers = try WorkerProcesses(2, in: folder)
        log("hops: chain")
        let chain = try chain(on: workers)
        try add("chain, a hop", chain)
        log("hops: independent")
        let independent = try independent(on: workers)
        try add("independent, a node", independent)
        bare.add(Samples(try BareMessages.roundTrips(effort.hops)))
        try add("ZeroMQ alone, there and back", bare)
        if let peer, peer.versions["Dask"] == nil {
            section.notes.append("The environment that was named lacks Dask's package `distributed`.")
        } else if let peer {
            log("hops: Dask")
            let theirs = try peer.tasks(chain: effort.hops, independent: effort.trivialNodes, repeats: 3)
            try add("Dask, chain, a task", theirs["chain"] ?? Samples())
            try add("Dask, independent, a task", theirs["independent"] ?? Samples())
        }
        guard effort.isFull else { return section }
        section.requirements = [
            Requirement(
                "a hop between two workers", .atMost, 120, "µs", measured: chain.median.map { $0 * 1e6 }),
            Requirement(
                "an independent node on two workers", .atMost, 10, "µs", measured: independent.median.map { $0 * 1e6 }),
        ]
        return section
    }

    /// Seconds a hop.
    private func chain(on workers: WorkerProcesses) throws -> Samples {
        let graph = try Graph("chain", summary: "") { g in
            let x = g.state("x", initial: g.add("one", Load("one.npy", as: .array)))
            var last = x
            for index in 0..<effort.hops { last = g.add("node-\(index)", Scale(1.0), last) }
            g.next(x, last)
            g.loop(Setting(effort.hopIterations))
            g.output("result", x)
        }
        let expansion = try graph.expand(FileFacts(files))
        // The node before the first is the state, which is where the last is.
        let placement = Dictionary(
            expansion.instances.enumerated().map { ($1.id, $0 % 2) }, uniquingKeysWith: { first, _ in first })
        let seconds = try workers.time(expansion, placement: placement, files: files)
        return Samples(seconds.map { $0 / Double(effort.hops) })
    }

    /// Seconds a node.
    private func independent(on workers: WorkerProcesses) throws -> Samples {
        let graph = try Graph("independent", summary: "") { g in
            let node = g.axis("node", count: Setting(effort.trivialNodes))
            let one = g.add("one", Load("one.npy", as: .array))
            let x = g.state("x", initial: one, over: node)
            g.next(x, g.add("scaled", Scale(1.0), x, over: node))
            g.loop(Setting(effort.hopIterations))
            g.output("result", x)
        }
        let seconds = try workers.time(try graph.expand(FileFacts(files)), files: files)
        return Samples(seconds.map { $0 / Double(effort.trivialNodes) })
    }
}
