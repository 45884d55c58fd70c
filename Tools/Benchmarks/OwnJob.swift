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
    ///   - onIteration: called when an iteration is done.
    func run(
        _ name: String, _ settings: [String], options: [String] = [], onIteration: (() -> Void)? = nil
    ) throws -> JobFigures {
        let output = "\(folder)/\(name)"
        try? FileManager.default.removeItem(atPath: output)
        // The noise level of deepinv's demo, which the peer has, too.
        let set = (["sigma=0.05", "tolerance=0"] + settings).flatMap { ["--set", $0] }
        try graphrun.run(
            ["run", graph, onIteration == nil ? "--quiet" : "--json", "--threads", "\(threads)", "--output", output]
                + set + options
        ) { line in
            // What was known before the loop is iteration 0.
            if line.contains("\"event\":\"iteration\""), !line.contains("\"iteration\":0,") { onIteration?() }
        }
        return try OwnJob.figures(of: output)
    }

    private struct RunRecord: Decodable {
        let peakMemoryBytes: Int
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
        var figures = JobFigures(try decoded("trace.json", ChromeTrace.self), metrics: table)
        figures.peakBytes = try decoded("run.json", RunRecord.self).peakMemoryBytes
        figures.result = "\(folder)/result.npy"
        return figures
    }
}
