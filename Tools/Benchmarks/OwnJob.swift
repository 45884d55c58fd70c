internal import Foundation

/// Runs the graph `pnp` by our own program, as a user does, and reads what it took from the folder of the run.
struct OwnJob {
    private let graphrun: Program
    private let graph: String
    private let folder: String
    private let threads: Int
    /// Whether the program can compute a graph as it is written.
    let canRewrite: Bool

    /// - Parameter folder: where graph and runs are kept.
    init(_ files: JobFiles, threads: Int, in folder: String) throws {
        graphrun = try Program(built: "graphrun")
        graph = "\(folder)/pnp.graph"
        self.folder = folder
        self.threads = threads
        let help = try graphrun.run(["run", "--help"])
        canRewrite = String(decoding: help, as: UTF8.self).contains("--rewrite")
        try Program(built: "graphs").run([
            "emit", "pnp", "--set", "measurements=\(files.measurementPattern)", "--set", "image=\(files.image)", "-o",
            graph,
        ])
    }

    /// - Parameters:
    ///   - name: of the run's folder.
    ///   - settings: parameters of the graph, `name=value`.
    ///   - options: more of the command line.
    func run(_ name: String, _ settings: [String], options: [String] = []) throws -> JobFigures {
        let output = "\(folder)/\(name)"
        try? FileManager.default.removeItem(atPath: output)
        let set = settings.flatMap { ["--set", $0] }
        try graphrun.run(
            ["run", graph, "--quiet", "--threads", "\(threads)", "--output", output] + set + options)
        return try OwnJob.figures(of: output)
    }

    private struct RunRecord: Decodable {
        let peakMemoryBytes: Int
    }

    struct Trace: Decodable {
        struct Event: Decodable {
            struct Arguments: Decodable {
                let iteration: Int?
            }
            let name: String
            let cat: String?
            /// Microseconds.
            let dur: Double?
            let args: Arguments
        }
        let traceEvents: [Event]
    }

    /// - Throws: ``BenchmarkError`` where a file is missing or of another form.
    private static func figures(of folder: String) throws -> JobFigures {
        func decoded<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                let value = try? JSONDecoder().decode(type, from: data)
            else { throw BenchmarkError("\(folder)/\(name): it is missing or of another form") }
            return value
        }
        guard let table = try? String(contentsOfFile: "\(folder)/metrics.csv", encoding: .utf8) else {
            throw BenchmarkError("\(folder)/metrics.csv: it cannot be read")
        }
        var figures = split(try decoded("trace.json", Trace.self), seconds: secondsColumn(of: table))
        figures.peakBytes = try decoded("run.json", RunRecord.self).peakMemoryBytes
        figures.result = "\(folder)/result.npy"
        return figures
    }

    /// The last column of `metrics.csv`.
    static func secondsColumn(of table: String) -> [Double] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            line.split(separator: ",").last.flatMap { Double($0) }
        }
    }

    /// Sums a trace's computing steps by what they belong to.
    ///
    /// A node that a rewrite puts in place of others is called after them, with a dash behind.
    static func split(_ trace: Trace, seconds: [Double]) -> JobFigures {
        let dataNodes: Set<Substring> = ["gradients", "gradient", "z"]
        let denoiseNodes: Set<Substring> = ["windows", "denoised", "next"]
        var dataStep = Array(repeating: 0.0, count: seconds.count)
        var denoise = dataStep
        for event in trace.traceEvents where event.cat == "compute" {
            guard let iteration = event.args.iteration, seconds.indices.contains(iteration - 1) else { continue }
            let node = event.name.prefix { $0 != "[" && $0 != "-" }
            if dataNodes.contains(node) { dataStep[iteration - 1] += (event.dur ?? 0) * 1e-6 }
            if denoiseNodes.contains(node) { denoise[iteration - 1] += (event.dur ?? 0) * 1e-6 }
        }
        return JobFigures(seconds: Samples(seconds), dataStep: Samples(dataStep), denoise: Samples(denoise))
    }
}
