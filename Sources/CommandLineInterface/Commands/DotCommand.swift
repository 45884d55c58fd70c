internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import Scheduling
internal import Tensors

struct DotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dot", abstract: "Prints a picture of a graph for Graphviz: graphrun dot F.graph | dot -Tsvg")

    @OptionGroup var graph: GraphOptions
    @OptionGroup var hosts: HostOptions
    @Flag(help: "Show every instance; with --workers, coloured by worker.") var expand = false
    @Option(
        name: .customLong("run"),
        help: "Folder of a run: its instances are shown where it placed them, with predicted and measured times.")
    var measured: String?

    func run() throws {
        if let measured {
            let report = try RunReport.read(folder: measured)
            return try show(report, graph.load(of: report), folder: measured)
        }
        let loaded = try graph.load()
        // The graph as it was declared, unless it is asked what becomes of it.
        let plan = try hosts.plan(loaded, rewriting: hosts.workers == nil ? .none : .all)
        guard expand || hosts.workers != nil else { return Terminal.line(String(plan.expansion.dot().dropLast())) }
        guard hosts.workers != nil else { return Terminal.line(String(plan.expansion.expandedDot().dropLast())) }
        show(plan) { instance in predicted(instance, plan.predictedSeconds(instance)) }
    }

    /// What became of the graph in a run: as it was rewritten and placed there.
    private func show(_ report: RunReport, _ loaded: LoadedGraph, folder: String) throws {
        let count = report.workers.count
        let expansion = try loaded.expansion.rewritten(
            hosts.rewrite ?? report.rewriting, workers: count, FileFacts(loaded.files),
            rules: Tool.configuration.kernels.rules)
        guard count > 0, expansion.instances.contains(where: { report.secondsPerInstance[$0.id] != nil }) else {
            throw Failure.usage("\(folder): this run was one of another graph; name a run of \(graph.file)")
        }
        let homes = report.workerOfInstance.mapValues { min(max($0, 0), count - 1) }
        let workers = report.workers.map { Worker(name: $0.name, threads: $0.threads) }
        let plan = Plan(expansion, workers: workers, placement: homes)
        show(plan) { instance in
            let expected = predicted(instance, report.predictedSecondsPerInstance[instance.id] ?? 0)
            guard !expected.isEmpty, let seconds = report.secondsPerInstance[instance.id] else { return expected }
            return "\(expected), \(decimals(seconds * 1e3, 1)) measured"
        }
    }

    private func show(_ plan: Plan, line: (Instance) -> String) {
        let text = plan.expansion.expandedDot(
            annotation: { (plan.placement[$0.id] ?? 0, line($0)) },
            edgeLabel: { source, target in plan.bytes(from: source, to: target).map(megabytes) })
        Terminal.line(String(text.dropLast()))
    }

    /// Predicted milliseconds of what is computed.
    private func predicted(_ instance: Instance, _ seconds: Double) -> String {
        instance.isState ? "" : "\(decimals(seconds * 1e3, 1)) ms predicted"
    }
}

/// Bytes as megabytes, or kilobytes where there are few.
func megabytes(_ bytes: Int) -> String {
    bytes >= 100_000 ? "\(decimals(Double(bytes) / 1e6, 1)) MB" : "\(decimals(Double(bytes) / 1e3, 1)) kB"
}
