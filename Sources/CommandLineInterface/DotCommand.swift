internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Scheduling
internal import Tensors

struct DotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dot", abstract: "Prints a picture of a graph for Graphviz: graphrun dot F.graph | dot -Tsvg")

    @OptionGroup var graph: GraphOptions
    @OptionGroup var hosts: HostOptions
    @Flag(help: "Show every instance; with --workers, coloured by worker.") var expand = false
    @Option(name: .customLong("run"), help: "Folder of a run whose measured times are shown on its instances.")
    var measured: String?

    func run() throws {
        let loaded = try graph.load()
        let report = try measured.map(RunReport.read)
        // The graph as it was declared, unless it is asked what becomes of it, or what a run made of it.
        let plan = try hosts.plan(loaded, rewriting: report?.rewriting ?? (hosts.workers == nil ? .none : .all))
        let expansion = plan.expansion
        guard expand || hosts.workers != nil || measured != nil else {
            return Terminal.line(String(expansion.dot().dropLast()))
        }
        let times = report?.secondsPerInstance ?? [:]
        if let measured, !expansion.instances.contains(where: { times[$0.id] != nil }) {
            throw Failure.usage("\(measured): this run was one of another graph; name a run of \(graph.file)")
        }
        guard hosts.workers != nil else {
            return Terminal.line(
                String(expansion.expandedDot { position in note(plan, position, times, 0) }.dropLast()))
        }
        let text = expansion.expandedDot(
            annotation: { position in
                note(plan, position, times, plan.placement[position])
            },
            edgeLabel: { source, target in
                guard plan.placement[source] != plan.placement[target] else { return nil }
                return megabytes(expansion.instances[source].type.byteCount)
            })
        Terminal.line(String(text.dropLast()))
    }

    /// Predicted milliseconds, and measured ones where there are any.
    private func note(
        _ plan: Plan, _ position: Int, _ times: [String: Double], _ worker: Int
    ) -> (worker: Int, line: String)? {
        let instance = plan.instances[position]
        guard hosts.workers != nil || !times.isEmpty else { return nil }
        guard case .compute = instance.content else { return (worker, "") }
        let predicted = "\(decimals(plan.predictedSeconds(position) * 1e3, 1)) ms predicted"
        guard let seconds = times[instance.id] else { return (worker, predicted) }
        return (worker, "\(predicted), \(decimals(seconds * 1e3, 1)) measured")
    }
}

/// Bytes as megabytes, or kilobytes where there are few.
func megabytes(_ bytes: Int) -> String {
    bytes >= 100_000 ? "\(decimals(Double(bytes) / 1e6, 1)) MB" : "\(decimals(Double(bytes) / 1e3, 1)) kB"
}
