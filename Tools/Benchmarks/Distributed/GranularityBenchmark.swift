internal import Foundation
internal import GraphModel
internal import Kernels
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// The stencil of Task Bench (Slaughter et al., "Task Bench: A Parameterized Benchmark for Evaluating Parallel Runtime
/// Performance", SC 2020), and its measure: the smallest granularity of tasks at which half of the time is still spent on
/// them, METG(50 %).
package struct GranularityBenchmark {
    private let effort: Effort
    private let folder: String
    private let files: GraphFiles
    private let secondsPerRound: Double

    init(_ effort: Effort, in folder: String) throws {
        self.effort = effort
        self.folder = folder
        files = GraphFiles(folder: folder)
        secondsPerRound = BusyworkKernel.secondsPerRound()
    }

    func run(_ keep: Keep) throws -> Section {
        var section = Section(
            "The smallest worthwhile task",
            "Task Bench's stencil with two workers of one thread: every task of a step reads its left, its own and its "
                + "right neighbour of the step before, and does a fixed number of dependent multiply-adds. The granularity "
                + "is the time of \(effort.stencilSteps) steps times the workers, over their tasks; the efficiency is the share of "
                + "it that the tasks take alone. METG(50 %) is the granularity, in microseconds, from which on the efficiency is "
                + "at least a half. The median of \(effort.stencilIterations) times; whatever else the machine does counts "
                + "as overhead.",
            columns: ["", "tasks a step", "METG(50 %)"] + effort.taskSizes.map { "\(decimals($0 * 1e6, 0)) µs" })
        let workers = try WorkerProcesses(2, in: folder)
        for width in [2, 8] {
            try NPY.write(Tensor([width]), to: "\(folder)/line-\(width).npy")
            for isRemote in [false, true] {
                let name = isRemote ? "two processes, ZeroMQ" : "one process"
                log("stencil: \(name), \(width) tasks a step")
                var points: [Point] = []
                for size in effort.taskSizes {
                    let graph = try stencil(width: width, rounds: max(1, Int((size / secondsPerRound).rounded())))
                    let expansion = try graph.expand(FileFacts(files))
                    let times = Samples(
                        isRemote ? try workers.time(expansion, files: files) : try timeInProcess(expansion))
                    let perTask = Samples(times.seconds.map { $0 * 2 / Double(width * effort.stencilSteps) })
                    section.samples["stencil: \(name), \(width) tasks a step, \(decimals(size * 1e6, 0)) µs"] = perTask
                    points.append(Point(task: size, granularity: perTask.median ?? .infinity))
                }
                section.rows.append(
                    [name, "\(width)", Point.metg(points).map { decimals($0 * 1e6, 1) } ?? "–"]
                        + points.map { "\(decimals(100 * $0.efficiency, 0)) %" })
                try keep(section)
            }
        }
        section.notes = ["The last columns are efficiencies by the time that a task takes alone."]
        return section
    }

    /// How long a task takes alone, and what it took with all that belongs to it.
    package struct Point {
        let task: Double
        let granularity: Double

        package init(task: Double, granularity: Double) {
            self.task = task
            self.granularity = granularity
        }

        var efficiency: Double { task / granularity }

        /// The granularity from which on the efficiency is at least a half, between the points where it comes to that;
        /// `nil` where it does not.
        package static func metg(_ points: [Point]) -> Double? {
            guard let last = points.lastIndex(where: { $0.efficiency < 0.5 }) else { return points.first?.granularity }
            guard last + 1 < points.count else { return nil }
            let (below, above) = (points[last], points[last + 1])
            let share = (0.5 - below.efficiency) / (above.efficiency - below.efficiency)
            return below.granularity + share * (above.granularity - below.granularity)
        }
    }

    private func timeInProcess(_ expansion: Expansion) throws -> [Double] {
        let plan = Plan(expansion, workers: HostFile(local: 2, threads: 1).workers, links: .instant)
        let run = InProcessRun(plan, catalog: BenchmarkWorker.catalog, files: files, log: MetricsLog())
        return try run.run().records.filter { $0.iteration > 1 }.map(\.seconds)
    }

    /// A line of numbers as tiles of one number, of which each reads one more at both sides.
    private func stencil(width: Int, rounds: Int) throws -> Graph {
        try Graph("stencil", summary: "") { g in
            let line = g.add("line", Load(Setting("line-\(width).npy"), as: .array))
            // Two iterations of total variation look one pixel to each side.
            let denoiser = Denoiser(weights: "", tvWeight: 1.0, tvIterations: 2)
            let tile = g.tiles(
                "tile", of: line, mode: Setting(.exact), size: 1, overlap: 0, denoiser: denoiser, dimensions: 1)
            let window = g.add("window", Crop(), line, over: tile)
            let x = g.state("x", initial: g.add("inner", Trim(), window, over: tile), over: tile)
            var last = x
            for step in 0..<effort.stencilSteps {
                last = g.add("step-\(step)", Busywork(rounds: Setting(rounds)), last, over: tile)
            }
            g.next(x, last)
            g.loop(Setting(effort.stencilIterations))
            g.output("result", x)
        }
    }
}
