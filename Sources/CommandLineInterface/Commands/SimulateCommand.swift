internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import Scheduling

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Shows how fast a graph would be on machines that are not there; nothing is run.",
        discussion: """
            The machines are described in a JSON file: how many there are at most, and of each the speed in GFLOP/s, the \
            memory in bytes, the bandwidth in bytes a second and the latency in seconds:

            {"count": 1000, "gflops": 500, "memory": 32e9, "bandwidth": 1.25e9, "latency": 20e-6}
            """)

    @OptionGroup var graph: GraphOptions
    @Option(
        help: ArgumentHelp("The machines, as JSON.", valueName: "spec.json"), completion: .file(extensions: ["json"]))
    var hostsSpec: String
    @Option(
        help: ArgumentHelp(
            "Compute the same values with less work, or as the graph is written. Default: all.", valueName: "all|none"))
    var rewrite: Rewriting = .all
    @Flag(help: "Print one JSON object a line.") var json = false

    private struct Line: Encodable {
        let workers: Int
        /// How many of them have something to do.
        let used: Int
        let secondsPerIteration: Double
        /// Over one such machine with memory enough.
        let speedUp: Double
        let efficiency: Double
        /// Of all workers the most.
        let peakMemoryBytes: Int
        let bytesOut: Int
        let fits: Bool
    }

    func run() throws {
        let spec = try readSpec()
        let loaded = try graph.load()
        var table = Table(["workers", "used", "s/iteration", "speed-up", "efficiency", "MB out", "MB peak", "fits"])
        var one: Double?
        for count in SimulateCommand.counts(upTo: spec.count) {
            let expansion = try loaded.expansion.rewritten(
                rewrite, workers: count, FileFacts(loaded.files), rules: Tool.configuration.kernels.rules)
            let plan = Plan(expansion, workers: spec.workers(count), links: Links(spec.link))
            let first = one ?? plan.prediction.seconds
            one = first
            let line = line(plan, count, one: first)
            guard !json else {
                Terminal.line(try jsonLine(line))
                continue
            }
            table.add([
                "\(line.workers)", "\(line.used)", decimals(line.secondsPerIteration, 4), decimals(line.speedUp, 2),
                decimals(line.efficiency, 2), decimals(Double(line.bytesOut) / 1e6, 2),
                decimals(Double(line.peakMemoryBytes) / 1e6, 1), line.fits ? "yes" : "no",
            ])
        }
        guard !json else { return }
        Terminal.line(table.text)
        Terminal.line("MB out and MB peak are of the worker that has the most")
    }

    /// 1, 2, 5, 10, 20, 50 and so on, and the last.
    private static func counts(upTo last: Int) -> [Int] {
        var counts: [Int] = []
        var decade = 1
        while decade <= last {
            counts += [decade, 2 * decade, 5 * decade].filter { $0 < last }
            decade *= 10
        }
        return counts + [last]
    }

    private func line(_ plan: Plan, _ count: Int, one: Double) -> Line {
        let speedUp = plan.prediction.seconds > 0 ? one / plan.prediction.seconds : 1
        var out = [Int](repeating: 0, count: count)
        for transfer in plan.transfers where transfer.phase == .body { out[transfer.from] += transfer.byteCount }
        return Line(
            workers: count, used: plan.prediction.busy.count { $0 > 0 }, secondsPerIteration: plan.prediction.seconds,
            speedUp: speedUp, efficiency: speedUp / Double(count),
            peakMemoryBytes: plan.workers.map(\.peakBytes).max() ?? 0, bytesOut: out.max() ?? 0, fits: plan.fits)
    }

    private func readSpec() throws -> MachineSpec {
        let data = try contents(of: hostsSpec, what: "a file that describes machines") {
            "write one such as {\"count\": 100, \"gflops\": 500, \"memory\": 32e9, \"bandwidth\": 1.25e9, "
                + "\"latency\": 20e-6}"
        }
        let text = try plainText(data, of: hostsSpec, as: "a file that describes machines")
        let spec: MachineSpec
        do {
            spec = try JSONDecoder().decode(MachineSpec.self, from: Data(text.utf8))
        } catch {
            throw Failure.usage("\(hostsSpec): \(SimulateCommand.complaint(error))")
        }
        guard spec.problems.isEmpty else { throw Failure.usage(spec.problems.map { "\(hostsSpec): \($0)" }) }
        return spec
    }

    /// What is wrong with a description, in words its author can act on.
    private static func complaint(_ error: any Error) -> String {
        let all = "give count, gflops, memory, bandwidth and latency as numbers"
        switch error as? DecodingError {
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing; \(all)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            guard let key = context.codingPath.last else { return "this is no JSON object; \(all)" }
            return "'\(key.stringValue)' is no number of the right sort; \(all)"
        case .dataCorrupted(let context):
            guard let key = context.codingPath.last else { return "this is no JSON; \(all)" }
            return "'\(key.stringValue)' is no number of the right sort; \(all)"
        default: return all
        }
    }
}
