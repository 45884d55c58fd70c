internal import Foundation
internal import GraphModel
internal import Messaging
internal import Networks
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import TensorMath

/// `run.json`: everything worth knowing of a run afterwards.
struct RunReport: Codable {
    struct WorkerReport: Codable {
        let name: String
        let threads: Int
        let memoryBytes: Int
        /// Most memory that its process held; missing where it is this program's.
        let peakMemoryBytes: Int?
        /// The most that the plan says it would hold.
        let predictedPeakMemoryBytes: Int
        /// Seconds of an iteration that it computes, and those that were expected.
        let busySecondsPerIteration: Double
        let predictedBusySecondsPerIteration: Double
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
        /// Bytes that were sent in an iteration, as the sender counted them; missing where both are in this program.
        let measuredBytesPerIteration: Int?
    }

    /// What went from worker to worker in the loop.
    struct CommunicationReport: Codable {
        /// Seconds in which something was on its way, added up over the links; in a long run of as many iterations as the
        /// workers' traces hold.
        let seconds: Double
        /// How much of them lies under computing of the sender or the receiver.
        let hiddenPart: Double
        /// Seconds that workers waited for values, added up over the whole run.
        let waitingSeconds: Double
    }

    /// Why a run ended.
    struct Stopped: Codable {
        /// `iterations`, `converged`, `diverged` or `interrupted`.
        let reason: String
        /// The iteration in which that showed.
        let iteration: Int
        /// The iteration that the values of a run which diverged are from; missing where none were kept.
        let bestIteration: Int?
        /// The same in words, where there is more to say.
        let message: String?
    }

    let graph: String
    /// Missing in those of older programs.
    let stopped: Stopped?
    let arguments: [String]
    let parameters: [String: ParameterValue]
    let options: [String: ParameterValue]
    let iterations: Int
    /// Every metric as it was last; `null` where it is no number or infinite.
    let metrics: [ValueID: Float?]
    /// Hash (SHA-256) of the plan: the same where the same was computed by the same workers in the same order. Missing in
    /// those of older programs.
    let plan: String?
    /// Whether the graph was rewritten, and what that changed.
    let rewriting: Rewriting
    let rewrites: [String]
    /// How each node with convolutions computed them.
    let convolutions: [String: String]
    let seconds: Double
    /// Seconds of an iteration, the median of all but the first, and those that were expected.
    let secondsPerIteration: Double
    let predictedSecondsPerIteration: Double
    let communication: CommunicationReport?
    let peakMemoryBytes: Int
    let versions: [String: String]
    let workers: [WorkerReport]
    let links: [Link]
    /// Seconds in each node, all instances and iterations.
    let secondsPerNode: [String: Double]
    /// Seconds in each instance, for one iteration, and those that were expected.
    let secondsPerInstance: [ValueID: Double]
    let predictedSecondsPerInstance: [ValueID: Double]
    /// For each instance the number of its worker.
    let workerOfInstance: [ValueID: Int]

    init(_ result: RunResult, _ plan: Plan, arguments: [String], seconds: Double) {
        let graph = plan.expansion.graph
        self.graph = graph.name
        stopped = EndingWords(result, plan.expansion).report
        self.arguments = arguments
        parameters = Dictionary(
            graph.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        options = graph.options
        iterations = result.iterations
        metrics = MetricsTable.last(result.records, upTo: result.iterations).mapValues { $0.isFinite ? $0 : nil }
        self.plan = (try? plan.canonicalBytes()).map { ContentHash.of($0) }
        rewriting = plan.expansion.rewriting
        rewrites = plan.rewrites.map(\.description)
        convolutions = plan.convolutions.mapValues(\.rawValue)
        self.seconds = seconds
        peakMemoryBytes = peakMemoryOfProcess()
        versions = RunReport.versions().merging(["graphrun": Tool.version, "ZeroMQ": Context.version]) { $1 }
        let iterations = result.records.filter { $0.iteration > 0 }
        let ran = max(1, result.computedIterations)
        let inLoop = Set(plan.instances.filter { $0.phase == .body }.map(\.id.description))
        // The first iteration waits for memory to be handed out.
        let times = (iterations.count > 1 ? Array(iterations.dropFirst()) : iterations).map(\.seconds).sorted()
        secondsPerIteration = times.isEmpty ? 0 : times[times.count / 2]
        predictedSecondsPerIteration = plan.prediction.seconds
        communication = Communication(result.transfers, result.traces).report(result.traces)
        let traffic = plan.traffic
        workers = plan.workers.enumerated().map { index, worker in
            var spent: [String: Double] = [:]
            var busy = 0.0
            if result.traces.indices.contains(index) {
                let trace = result.traces[index]
                for (name, seconds) in zip(trace.names, trace.seconds) {
                    spent[name.category.rawValue, default: 0] += seconds
                    if inLoop.contains(name.name), name.category == .compute { busy += seconds / Double(ran) }
                }
            }
            return WorkerReport(
                name: worker.worker.name, threads: worker.worker.threads, memoryBytes: worker.memoryBytes,
                peakMemoryBytes: result.peakMemoryBytes.indices.contains(index) ? result.peakMemoryBytes[index] : nil,
                predictedPeakMemoryBytes: worker.peakBytes,
                busySecondsPerIteration: busy, predictedBusySecondsPerIteration: plan.prediction.busy[index],
                bytesOutPerIteration: traffic.bytesOut[index], seconds: spent,
                implementations: result.implementations.indices.contains(index) ? result.implementations[index] : [:])
        }
        links = traffic.ways.map { way in
            let sent = traffic.transfers(on: way).compactMap { result.sentBytes[$0] }
            return Link(
                from: plan.workers[way.from].worker.name, to: plan.workers[way.to].worker.name,
                bytesPerIteration: traffic.bytes(on: way),
                measuredBytesPerIteration: sent.isEmpty ? nil : sent.reduce(0, +) / ran)
        }
        var perInstance: [String: Double] = [:]
        for trace in result.traces {
            for (name, seconds) in zip(trace.names, trace.seconds) where name.category == .compute {
                perInstance[name.name, default: 0] += seconds
            }
        }
        var perNode: [String: Double] = [:]
        var average: [ValueID: Double] = [:]
        for instance in plan.instances {
            guard let seconds = perInstance[instance.id.description] else { continue }
            perNode[instance.id.node, default: 0] += seconds
            average[instance.id] = instance.phase == .body ? seconds / Double(ran) : seconds
        }
        predictedSecondsPerInstance = Dictionary(
            plan.instances.filter { !$0.isState }.map { ($0.id, plan.predictedSeconds($0)) },
            uniquingKeysWith: { first, _ in first })
        workerOfInstance = plan.placement
        secondsPerNode = perNode
        secondsPerInstance = average
    }

    /// What parameters were set to, as texts for `--set`.
    var parameterTexts: [String: String] { parameters.mapValues(\.description) }

    func json() throws -> [UInt8] {
        Array((try JSONText.encode(self, isPretty: true) + "\n").utf8)
    }

    /// The report in the folder of a run.
    ///
    /// - Throws: ``Failure`` where there is none.
    static func read(folder: String) throws -> RunReport {
        guard let data = PlainFile.contents("\(folder)/run.json"),
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

extension Communication {
    /// `nil` where nothing was on its way between processes, or no trace tells of it.
    fileprivate func report(_ traces: [WorkerTrace]) -> RunReport.CommunicationReport? {
        guard let hiddenPart else { return nil }
        let waiting = traces.reduce(0.0) { total, trace in
            zip(trace.names, trace.seconds).reduce(total) { $1.0.category == .receive ? $0 + $1.1 : $0 }
        }
        return RunReport.CommunicationReport(
            seconds: onTheWay * 1e-6, hiddenPart: hiddenPart, waitingSeconds: waiting)
    }
}
