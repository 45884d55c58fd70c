internal import Foundation
internal import GraphModel
internal import Kernels
internal import Runtime
internal import Scheduling
internal import Tensors

/// What it takes until every worker of a large run knows its part: the coordinator's writing of all assignments, and the
/// workers' reading and checking, added up on one thread.
struct AssignmentBenchmark {
    private let tile: Int
    private let workers: Int

    init(_ effort: Effort) {
        tile = effort.assignmentTile
        workers = effort.assignmentWorkers
    }

    func run(_ keep: Keep) throws -> Section {
        log("assignments: a plan for \(workers) workers")
        let expansion = try graph().expand(
            FileFacts([FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 4096, 4096]))]))
        var seconds: [Double] = []
        var bytes = 0
        let planning = ContinuousClock.now
        let plan = Plan(expansion, workers: HostFile(local: workers, threads: 1).workers, links: .instant)
        let planned = (ContinuousClock.now - planning).seconds
        for round in 1...3 {
            log("assignments: round \(round) of 3")
            let start = ContinuousClock.now
            bytes = try (0..<workers).reduce(0) { try $0 + handOver(plan, to: $1) }
            seconds.append((ContinuousClock.now - start).seconds)
        }
        var section = Section(
            "Assignments",
            "A graph of \(expansion.instances.count) instances, tiles of a 4096 × 4096 image denoised by total variation, for "
                + "\(workers) workers: the seconds in which one thread writes all assignments, reads each of them as its "
                + "worker does and checks it. Planning, which is done once, took \(decimals(planned, 2)) s.",
            columns: ["", "s", "MB in all"])
        let samples = Samples(seconds)
        section.rows.append(["assignments", samples.text(scale: 1, 3), decimals(Double(bytes) / 1e6, 2)])
        section.samples["assignments"] = samples
        try keep(section)
        return section
    }

    /// Bytes of a worker's assignment, once it has been written, read and checked.
    private func handOver(_ plan: Plan, to worker: Int) throws -> Int {
        let assignment = Assignment(
            plan, name: "graph", endpoints: plan.workers.map { "tcp://10.0.0.1:\(7000 + $0.index)" }, index: worker,
            after: 0)
        let encoder = JSONEncoder()
        encoder.userInfo = KindOnItsOwn.encoding
        let text = try encoder.encode(assignment)
        let decoder = JSONDecoder()
        decoder.userInfo = KindOnItsOwn.decoding(KernelCatalog.standard.kinds)
        if let problem = try decoder.decode(Assignment.self, from: text).problem() {
            throw RunError.assignment(problem)
        }
        return text.count
    }

    private func graph() throws -> Graph {
        try Graph("tiles", summary: "") { g in
            let x = g.state("x", initial: g.add("image", Load("image.npy")))
            let denoiser = Denoiser(weights: "", tvWeight: 0.1, tvIterations: 3)
            let tiles = g.tiles(
                "tile", of: x, mode: Setting(.exact), size: Setting(tile), overlap: 0, denoiser: denoiser)
            let windows = g.add("windows", Crop(), x, over: tiles)
            let denoised = g.add("denoised", Denoise(denoiser, sigma: 0.1), windows, over: tiles)
            g.next(x, g.add("next", Blend(), denoised))
            g.loop(10)
            g.output("result", x)
        }
    }
}
