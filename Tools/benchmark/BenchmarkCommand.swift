internal import ArgumentParser
internal import Benchmarks
internal import Foundation
internal import TensorFiles
internal import TensorMath

@main
struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measures the job, the denoiser, the gradient, the framework and its messages, and prints a table.",
        subcommands: [ServeWorker.self, ReceiveValues.self, AnswerMessages.self])

    @Flag(help: "Run deepinv 0.5.0 beside it. Installs it on first use.") var peer = false
    @Option(
        help: ArgumentHelp(
            "A Python virtual environment that has deepinv; GRAPHRUN_PEER_VENV names one, too.", valueName: "dir"),
        completion: .directory)
    var venv: String?
    @Flag(help: "Small sizes, to see that everything works.") var quick = false
    @Option(parsing: .upToNextOption, help: "Measure only some parts.")
    var only: [Benchmark.Part] = []
    @Option(parsing: .unconditional, help: "Threads of every program that is compared.") var threads = 2
    @Option(
        help: ArgumentHelp("Write the table to a file, as far as it is measured.", valueName: "file.md"),
        completion: .file())
    var output: String?
    @Option(
        help: ArgumentHelp("Write every figure to a file, as far as it is measured.", valueName: "file.json"),
        completion: .file())
    var json: String?
    @Option(help: ArgumentHelp("Where weights, runs and the like are kept.", valueName: "dir"), completion: .directory)
    var folder = ".build/benchmark"

    static func main() {
        if let warning = LibraryRestart.mend() { FileHandle.standardError.write(Data("benchmark: \(warning)\n".utf8)) }
        main(nil)
    }

    func validate() throws {
        guard 1...1024 ~= threads else { throw ValidationError("--threads \(threads): give a number from 1 to 1024") }
    }

    func run() throws {
        let benchmark = Benchmark(
            quick ? .quick(threads: threads) : .full(threads: threads),
            only.isEmpty ? Benchmark.Part.allCases : only, peer: peer,
            venv: venv ?? ProcessInfo.processInfo.environment["GRAPHRUN_PEER_VENV"],
            folder: URL(filePath: folder).path(percentEncoded: false))
        // An hour's figures must not hang on its last minute.
        let report = try benchmark.run(command: command) { report in
            if let output { try AtomicFile.write(Array(report.markdown.utf8), to: output) }
            if let json { try AtomicFile.write(Array(try report.json()), to: json) }
        }
        print(report.markdown, terminator: "")
    }

    /// As a user of the script types it, without what is of this machine alone.
    private var command: String {
        var words = ["Tools/bench"]
        if peer { words.append("--peer") }
        if quick { words.append("--quick") }
        if !only.isEmpty { words += ["--only"] + only.map(\.rawValue) }
        if threads != 2 { words += ["--threads", "\(threads)"] }
        if let output { words += ["--output", output] }
        return words.joined(separator: " ")
    }
}

extension Benchmark.Part: ExpressibleByArgument {}
