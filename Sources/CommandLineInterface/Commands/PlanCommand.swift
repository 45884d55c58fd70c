internal import ArgumentParser
internal import GraphModel
internal import Launching
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

    private struct IterationLine: Encodable {
        /// From the beginning of an iteration to its end.
        let secondsPerIteration: Double
        let workers: Int
    }

    private struct LinkLine: Encodable {
        let from: String
        let to: String
        let bytesPerIteration: Int
        /// Seconds that a message is on its way, and bytes a second.
        let latency: Double
        let bandwidth: Double
    }

    private struct Line: Encodable {
        let worker: String
        let threads: Int
        let instances: Int
        let steps: Int
        /// Of an iteration, in which it computes.
        let busySeconds: Double
        let bytesIn: Int
        let bytesOut: Int
        /// Most that its process will hold.
        let peakMemoryBytes: Int
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
        let cluster = try hosts.gatherCluster()
        defer { cluster?.dismiss() }
        let plan = try hosts.plan(loaded, cluster: cluster)
        let survey = try ConvolutionSurvey(plan, files: loaded.files)
        let traffic = plan.traffic
        let lines = plan.workers.enumerated().map { index, worker in
            Line(
                worker: worker.worker.name, threads: worker.worker.threads,
                instances: plan.placement.values.count { $0 == index }, steps: worker.body.count,
                busySeconds: plan.prediction.busy[index],
                bytesIn: traffic.bytesIn[index], bytesOut: traffic.bytesOut[index],
                peakMemoryBytes: worker.peakBytes, implementations: survey.implementations[index])
        }
        guard !json else {
            Terminal.line(
                try jsonLine(
                    IterationLine(secondsPerIteration: plan.prediction.seconds, workers: plan.workers.count)))
            for line in lines { Terminal.line(try jsonLine(line)) }
            for line in links(plan, traffic, cluster?.links ?? .inProcess) { Terminal.line(try jsonLine(line)) }
            for rewrite in plan.rewrites {
                Terminal.line(
                    try jsonLine(
                        RewriteLine(rule: rewrite.rule, node: rewrite.node, change: rewrite.change)))
            }
            return
        }
        var table = Table(["worker", "threads", "instances", "steps", "busy s", "MB in", "MB out", "MB peak"])
        for line in lines {
            table.add([
                line.worker, "\(line.threads)", "\(line.instances)", "\(line.steps)", decimals(line.busySeconds, 3),
                decimals(Double(line.bytesIn) / 1e6, 2), decimals(Double(line.bytesOut) / 1e6, 2),
                decimals(Double(line.peakMemoryBytes) / 1e6, 1),
            ])
        }
        Terminal.line(table.text)
        Terminal.line(
            "an iteration is expected to take \(decimals(plan.prediction.seconds, 3)) s; steps, busy seconds and bytes are "
                + "for one")
        for (node, method) in plan.convolutions.sorted(by: { $0.key < $1.key }) {
            Terminal.line("'\(node)' computes its convolutions by the method '\(method.rawValue)'")
        }
        for rewrite in plan.rewrites { Terminal.line(rewrite.description) }
        for line in survey.lines { Terminal.line(line) }
        guard instances else { return }
        var list = Table(["instance", "phase", "worker"])
        for instance in plan.instances {
            let worker = plan.workers[plan.placement[instance.id] ?? 0].worker
            list.add([instance.id.description, instance.phase.rawValue, worker.name])
        }
        Terminal.line("\n" + list.text)
    }

    private func links(_ plan: Plan, _ traffic: Traffic, _ links: Links) -> [LinkLine] {
        traffic.ways.map { way in
            LinkLine(
                from: plan.workers[way.from].worker.name, to: plan.workers[way.to].worker.name,
                bytesPerIteration: traffic.bytes(on: way), latency: links[way.from, way.to].latency,
                bandwidth: links[way.from, way.to].bandwidth)
        }
    }
}
