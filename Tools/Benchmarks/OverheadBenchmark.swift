internal import GraphModel
internal import Kernels
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// What the framework itself takes for a node instance: graphs of nodes that scale one number.
struct OverheadBenchmark {
    private let nodes: Int
    private let iterations: Int
    private let files: GraphFiles

    /// - Parameter folder: for the number that the graphs start from.
    init(_ effort: Effort, in folder: String) throws {
        nodes = effort.trivialNodes
        iterations = effort.trivialIterations
        files = GraphFiles(folder: folder)
        try NPY.write(Tensor([1], [1]), to: "\(folder)/one.npy")
    }

    func run(_ keep: Keep) throws -> Section {
        var section = Section(
            "Overhead of the framework",
            "Microseconds for a node instance, in graphs of \(nodes) nodes that scale one number: the time of each of "
                + "\(iterations) iterations over the instances in it, metrics and trace included. "
                + "*Wide* is a node over an axis and the sum of its instances, *chain* is nodes that each read the one before.",
            columns: ["", "µs an instance", "instances"])
        for (name, graph) in [("wide", try wide()), ("chain", try chain())] {
            for workers in [1, 2] {
                log("overhead: \(name), \(workers == 1 ? "1 worker" : "2 workers")")
                let (samples, instances) = try time(graph, workers: workers)
                let row = workers == 1 ? "\(name), 1 worker" : "\(name), 2 workers in this process"
                section.rows.append([row, samples.text(scale: 1e6, 3), "\(instances)"])
                section.samples["overhead: \(row)"] = samples
                if workers == 1 {
                    section.requirements.append(
                        Requirement(
                            "overhead of a trivial node instance, \(name)", .atMost, 5, "µs",
                            measured: samples.median.map { $0 * 1e6 }))
                }
                try keep(section)
            }
        }
        return section
    }

    /// Seconds an instance, of every iteration but the first.
    private func time(_ graph: Graph, workers: Int) throws -> (samples: Samples, instances: Int) {
        let expansion = try graph.expand(FileFacts(files))
        let plan = Plan(expansion, workers: HostFile(local: workers, threads: 1).workers)
        let result = try InProcessRun(plan, catalog: .standard, files: files, log: MetricsLog()).run()
        let instances = expansion.instances.count { $0.phase == .body }
        let records = result.records.filter { $0.iteration > 1 }
        return (Samples(records.map { $0.seconds / Double(instances) }), instances)
    }

    private func wide() throws -> Graph {
        try Graph("wide", summary: "") { g in
            let x = g.state("x", initial: g.add("one", Load("one.npy", as: .array)))
            let node = g.axis("node", count: Setting(nodes))
            let scaled = g.add("scaled", Scale(Setting(1 / Double(nodes))), x, over: node)
            g.next(x, g.add("sum", Sum(), scaled))
            g.loop(Setting(iterations))
            g.output("result", x)
        }
    }

    private func chain() throws -> Graph {
        try Graph("chain", summary: "") { g in
            let x = g.state("x", initial: g.add("one", Load("one.npy", as: .array)))
            var last = x
            for index in 0..<nodes { last = g.add("node-\(index)", Scale(1.0), last) }
            g.next(x, last)
            g.loop(Setting(iterations))
            g.output("result", x)
        }
    }
}
