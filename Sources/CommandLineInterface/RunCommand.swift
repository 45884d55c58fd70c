internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import Runtime
internal import Scheduling
internal import Tensors

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a graph and keeps its result, pictures and figures in a folder.")

    @OptionGroup var graph: GraphOptions
    @OptionGroup var hosts: HostOptions
    @Option(help: ArgumentHelp("Folder of the run. Default: runs/NAME-TIMESTAMP.", valueName: "dir"))
    var output: String?
    @Option(
        help: ArgumentHelp("Go on from the checkpoint of this run, in its folder.", valueName: "dir"),
        completion: .directory)
    var resume: String?
    @Flag(help: "Print nothing but errors.") var quiet = false
    @Flag(help: "Print one JSON object a line.") var json = false

    func run() throws {
        let checkpoint = try loadCheckpoint()
        let loaded = try graph.load(earlier: checkpoint?.parameters ?? [:])
        let expansion = loaded.expansion
        let plan = Plan(expansion, workers: try hosts.load())
        let start = try checkpoint.map { checkpoint in
            (iteration: checkpoint.iteration, states: try states(of: checkpoint, expansion))
        }
        if let start, start.iteration >= expansion.iterations {
            throw Failure.usage(
                "the checkpoint is from iteration \(start.iteration), the last one; go on with more, for example "
                    + "--set iterations=\(start.iteration + 10)")
        }
        let folder = try RunFolder(resume ?? output ?? RunFolder.newPath(expansion.graph.name), isResumed: resume != nil)

        try announce(folder, plan)
        let progress = Progress(
            style, total: expansion.iterations, workers: plan.workers.count, order: metricNames(expansion))
        let log = MetricsLog { progress.show($0) }
        let run = InProcessRun(
            plan, catalog: Tool.configuration.kernels, files: loaded.files, log: log, checkpoint: start)
        let interrupt = Interrupt { run.gate.stop() }
        let began = ContinuousClock.now
        let result: RunResult
        do {
            result = try run.run()
        } catch {
            interrupt.end()
            throw Failure.run("\(error)", "nothing was saved but \(folder.path)/graph.dot")
        }
        interrupt.end()
        progress.end(after: result.iterations)
        for note in loaded.files.notes { Terminal.warning(note) }

        let seconds = (ContinuousClock.now - began).seconds
        do {
            try save(result, plan, loaded, folder, seconds: seconds)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.run("\(folder.path): the result could not be saved: \(error)")
        }
        try finish(result, plan, folder, stopped: interrupt.isStopped && result.iterations < expansion.iterations)
    }

    private var style: Progress.Style {
        if quiet { return .quiet }
        if json { return .json }
        return Terminal.isInteractive ? .terminal : .plain
    }

    // MARK: Before

    private func loadCheckpoint() throws -> Checkpoint? {
        guard let resume else { return nil }
        guard output == nil else {
            throw Failure.usage("--resume goes on in the folder of its run; leave --output out")
        }
        do {
            return try Checkpoint(folder: "\(resume)/checkpoint")
        } catch {
            throw Failure.usage("\(error)")
        }
    }

    private func states(of checkpoint: Checkpoint, _ expansion: Expansion) throws -> [Int: Tensor] {
        do {
            return try checkpoint.states(for: expansion)
        } catch {
            throw Failure.usage("\(resume ?? ""): \(error)")
        }
    }

    /// Metrics in the order of the graph, an axis' instances one by one.
    private func metricNames(_ expansion: Expansion) -> [String] {
        expansion.graph.metrics.flatMap { id in (expansion.positions[id] ?? 0..<0).map { expansion.instances[$0].id } }
    }

    private struct StartLine: Encodable {
        let event = "start"
        let graph: String
        let folder: String
        let iterations: Int
        let workers: Int
    }

    private func announce(_ folder: RunFolder, _ plan: Plan) throws {
        let graph = plan.expansion.graph
        try folder.write("graph.dot", Array(plan.expansion.dot().utf8))
        switch style {
        case .quiet: break
        case .json:
            Terminal.line(
                try jsonLine(
                    StartLine(
                        graph: graph.name, folder: folder.path, iterations: plan.expansion.iterations,
                        workers: plan.workers.count)))
        case .terminal, .plain:
            Terminal.line(
                "\(graph.name): \(counted(plan.expansion.instances.count, "instance")), "
                    + "\(counted(plan.expansion.iterations, "iteration")), \(counted(plan.workers.count, "worker")), "
                    + counted(plan.workers.reduce(0) { $0 + $1.worker.threads }, "thread"))
        }
    }

    // MARK: After

    private func save(
        _ result: RunResult, _ plan: Plan, _ loaded: LoadedGraph, _ folder: RunFolder, seconds: Double
    ) throws {
        let earlier = resume == nil ? [] : folder.earlierRecords(before: result.records)
        let records = earlier + result.records
        if !result.states.isEmpty {
            try Checkpoint(plan.expansion, iteration: result.iterations, states: result.states)
                .write(to: "\(folder.path)/checkpoint")
        }
        try folder.write("metrics.csv", MetricsTable(plan.expansion, records).csv)
        try RunPictures(result, plan.expansion, records).write(to: folder)
        try folder.write("trace.json", ChromeTrace.encode(result.traces))
        let report = RunReport(result, plan, arguments: CommandLine.arguments, seconds: seconds)
        try folder.write("run.json", report.json())
    }

    private struct EndLine: Encodable {
        let event: String
        let iterations: Int
        let folder: String
        let metrics: [String: Float]
    }

    private func finish(_ result: RunResult, _ plan: Plan, _ folder: RunFolder, stopped: Bool) throws {
        let last = result.records.last { !$0.metrics.isEmpty }
        switch style {
        case .quiet: break
        case .json:
            Terminal.line(
                try jsonLine(
                    EndLine(
                        event: stopped ? "stopped" : "end", iterations: result.iterations, folder: folder.path,
                        metrics: last?.metrics ?? [:])))
        case .terminal, .plain:
            for line in RunPictures.summary(result, plan.expansion) { Terminal.line(line) }
            Terminal.line("result and pictures: \(folder.path)")
        }
        guard stopped else { return }
        throw Failure.run(
            "stopped after iteration \(result.iterations) of \(plan.expansion.iterations); everything is saved in "
                + folder.path,
            "go on with: \(Tool.configuration.name) run \(graph.file) --resume \(folder.path)")
    }
}
