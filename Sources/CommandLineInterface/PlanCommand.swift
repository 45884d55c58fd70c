internal import ArgumentParser
internal import GraphModel
internal import Networks
internal import Scheduling

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows who computes what, and the memory and bytes that it takes; nothing is run.")

    @OptionGroup var graph: GraphOptions
    @OptionGroup var hosts: HostOptions
    @Flag(help: "Print one JSON object a line.") var json = false
    @Flag(help: "List every instance with its worker.") var instances = false

    private struct Line: Encodable {
        let worker: String
        let threads: Int
        let instances: Int
        let steps: Int
        let seconds: Double
        let bytesIn: Int
        let bytesOut: Int
        let memoryBytes: Int
        /// For every file of weights oneDNN's implementations and how many layers each computes.
        let implementations: [String: [String: Int]]
    }

    private struct RewriteLine: Encodable {
        let rule: String
        let node: String
        let change: String
    }

    func run() throws {
        let loaded = try graph.load()
        let plan = try hosts.plan(loaded)
        let survey = try ConvolutionSurvey(plan, files: loaded.files)
        let lines = plan.workers.enumerated().map { index, worker in
            Line(
                worker: worker.worker.name, threads: worker.worker.threads,
                instances: plan.placement.count { $0 == index }, steps: worker.body.count,
                seconds: plan.prediction.busy[index],
                bytesIn: plan.workers.indices.reduce(0) { $0 + plan.bytesPerIteration(from: $1, to: index) },
                bytesOut: plan.workers.indices.reduce(0) { $0 + plan.bytesPerIteration(from: index, to: $1) },
                memoryBytes: worker.memoryBytes, implementations: survey.implementations[index])
        }
        guard !json else {
            for line in lines { Terminal.line(try jsonLine(line)) }
            for rewrite in plan.rewrites {
                Terminal.line(
                    try jsonLine(
                        RewriteLine(rule: rewrite.rule.rawValue, node: rewrite.node, change: rewrite.change)))
            }
            return
        }
        var table = Table(["worker", "threads", "instances", "steps", "seconds", "MB in", "MB out", "MB memory"])
        for line in lines {
            table.add([
                line.worker, "\(line.threads)", "\(line.instances)", "\(line.steps)", decimals(line.seconds, 3),
                decimals(Double(line.bytesIn) / 1e6, 2), decimals(Double(line.bytesOut) / 1e6, 2),
                decimals(Double(line.memoryBytes) / 1e6, 1),
            ])
        }
        Terminal.line(table.text)
        for (node, method) in plan.convolutions.sorted(by: { $0.key < $1.key }) {
            Terminal.line("'\(node)' computes its convolutions by the method '\(method.rawValue)'")
        }
        for rewrite in plan.rewrites { Terminal.line(rewrite.description) }
        for line in survey.lines { Terminal.line(line) }
        Terminal.line("steps, seconds and bytes are for one iteration; seconds by a nominal 50 GFLOP/s a thread")
        guard instances else { return }
        var list = Table(["instance", "phase", "worker"])
        for (position, instance) in plan.instances.enumerated() {
            list.add([instance.id, instance.phase.rawValue, plan.workers[plan.placement[position]].worker.name])
        }
        Terminal.line("\n" + list.text)
    }
}
