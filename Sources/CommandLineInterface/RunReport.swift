internal import Foundation
internal import GraphModel
internal import Networks
internal import Runtime
internal import Scheduling
internal import TensorMath

/// `run.json`: everything worth knowing of a run afterwards.
struct RunReport: Codable {
    struct WorkerReport: Codable {
        let name: String
        let threads: Int
        let memoryBytes: Int
        let predictedSecondsPerIteration: Double
        let bytesOutPerIteration: Int
        /// Seconds of the whole run, by what they were spent on.
        let seconds: [String: Double]
        /// For every file of weights the implementations of oneDNN that ran, and how many layers each computed.
        let implementations: [String: [String: Int]]
    }

    struct Link: Codable {
        let from: String
        let to: String
        let bytesPerIteration: Int
    }

    let graph: String
    let arguments: [String]
    let parameters: [String: ParameterValue]
    let options: [String: ParameterValue]
    let iterations: Int
    /// Whether the graph was rewritten, and what that changed.
    let rewriting: Rewriting
    let rewrites: [String]
    /// How each node with convolutions computed them.
    let convolutions: [String: String]
    let seconds: Double
    let peakMemoryBytes: Int
    let versions: [String: String]
    let workers: [WorkerReport]
    let links: [Link]
    /// Seconds in each node, all instances and iterations.
    let secondsPerNode: [String: Double]
    /// Seconds in each instance, for one iteration.
    let secondsPerInstance: [String: Double]

    init(_ result: RunResult, _ plan: Plan, arguments: [String], seconds: Double) {
        let graph = plan.expansion.graph
        self.graph = graph.name
        self.arguments = arguments
        parameters = Dictionary(
            graph.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        options = graph.options
        iterations = result.iterations
        rewriting = plan.expansion.rewriting
        rewrites = plan.rewrites.map(\.description)
        convolutions = plan.convolutions.mapValues(\.rawValue)
        self.seconds = seconds
        peakMemoryBytes = peakMemoryOfProcess()
        versions = RunReport.versions()
        workers = plan.workers.enumerated().map { index, worker in
            var spent: [String: Double] = [:]
            if result.traces.indices.contains(index) {
                let trace = result.traces[index]
                for (name, seconds) in zip(trace.names, trace.seconds) {
                    spent[name.category.rawValue, default: 0] += seconds
                }
            }
            return WorkerReport(
                name: worker.worker.name, threads: worker.worker.threads, memoryBytes: worker.memoryBytes,
                predictedSecondsPerIteration: plan.prediction.busy[index],
                bytesOutPerIteration: plan.workers.indices.reduce(0) { total, target in
                    total + plan.bytesPerIteration(from: index, to: target)
                },
                seconds: spent,
                implementations: result.implementations.indices.contains(index) ? result.implementations[index] : [:])
        }
        links = plan.workers.indices.flatMap { from in
            plan.workers.indices.compactMap { to in
                let bytes = plan.bytesPerIteration(from: from, to: to)
                guard bytes > 0 else { return nil }
                return Link(
                    from: plan.workers[from].worker.name, to: plan.workers[to].worker.name, bytesPerIteration: bytes)
            }
        }
        var perInstance: [String: Double] = [:]
        for trace in result.traces {
            for (name, seconds) in zip(trace.names, trace.seconds) where name.category == .compute {
                perInstance[name.name, default: 0] += seconds
            }
        }
        var perNode: [String: Double] = [:]
        var average: [String: Double] = [:]
        let ran = max(1, result.records.count { $0.iteration > 0 })
        for instance in plan.instances {
            guard let seconds = perInstance[instance.id] else { continue }
            perNode[graph.nodes[instance.node].id, default: 0] += seconds
            average[instance.id] = instance.phase == .body ? seconds / Double(ran) : seconds
        }
        secondsPerNode = perNode
        secondsPerInstance = average
    }

    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + Array("\n".utf8)
    }

    /// The report in the folder of a run.
    ///
    /// - Throws: ``Failure`` where there is none.
    static func read(folder: String) throws -> RunReport {
        guard let data = FileManager.default.contents(atPath: "\(folder)/run.json"),
            let report = try? JSONDecoder().decode(RunReport.self, from: data)
        else {
            throw Failure.usage("\(folder): there is no run.json of a run here; name the folder that a run printed")
        }
        return report
    }

    static func versions() -> [String: String] {
        let asked = ProcessInfo.processInfo.environment[BLASCore.variable] ?? ""
        return [
            "OpenBLAS": Libraries.openBLAS + (asked.isEmpty ? "" : " by \(BLASCore.variable)=\(asked)"),
            "FFTW": Libraries.fftw, "oneDNN": Libraries.oneDNN,
        ]
    }
}
