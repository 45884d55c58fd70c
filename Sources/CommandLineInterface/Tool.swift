internal import ArgumentParser
internal import Foundation
public import GraphModel
public import Kernels
internal import Launching
internal import Messaging
internal import Runtime
internal import Synchronization
internal import TensorFiles
internal import TensorMath
internal import Tensors

/// A graph definition with the name it is emitted by.
public struct Definition: Sendable {
    /// Its name on the command line, as in `graphs emit NAME`.
    public let name: String
    /// What it does, in a line.
    public let summary: String
    /// Declares the graph with the given settings.
    public let build: @Sendable (Overrides) throws(GraphError) -> Graph
    /// The folder that the defaults of its paths count from.
    let folder: String

    /// - Parameter file: The file of the definition: the defaults of its paths count from there.
    public init(
        _ name: String, summary: String, file: String = #filePath,
        build: @escaping @Sendable (Overrides) throws(GraphError) -> Graph
    ) {
        self.name = name
        self.summary = summary
        folder = URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false)
        self.build = build
    }
}

/// The command line, for programs that bring their own kinds or graphs.
///
/// ```swift
/// import CommandLineInterface
/// import Kernels
///
/// var kernels = KernelCatalog.standard
/// kernels.add(MyKernel.self)
/// Tool.main("mygraphs", kernels: kernels, definitions: [myDefinition])
/// ```
public enum Tool {
    /// What the commands of this process work with.
    struct Configuration: Sendable {
        var name = "graphrun"
        var kernels = KernelCatalog.standard
        var definitions: [Definition] = []
    }

    /// Version of this program; coordinator and workers must agree on it.
    static let version = "0.7"

    /// What `--version` prints: the program, and the libraries that it computes with here.
    static var versionLines: String {
        let libraries = RunReport.versions().sorted { $0.key < $1.key }.map { name, version in
            version.hasPrefix("\(name) ") || version.hasPrefix("\(name.lowercased())-") ? version : "\(name) \(version)"
        }
        return "\(configuration.name) \(version)\n\(libraries.joined(separator: ", ")), ZeroMQ \(Context.version)"
    }

    /// As workers are started, who are this program.
    static var launching: LaunchingProgram { LaunchingProgram(name: configuration.name, version: version) }

    private static let shared = Mutex(Configuration())

    static var configuration: Configuration { shared.withLock { $0 } }

    /// Runs the command line of `arguments` and ends the process: 0 done; 1 the run failed; 2 the command, graph or host
    /// file is wrong and nothing was started.
    ///
    /// - Parameters:
    ///   - name: The program's name, for messages.
    ///   - kernels: The kinds it knows.
    ///   - definitions: The graphs it can emit; with any, the commands `list` and `emit` join the others.
    public static func main(
        _ name: String, kernels: KernelCatalog = .standard, definitions: [Definition] = [],
        arguments: [String] = Array(CommandLine.arguments.dropFirst())
    ) -> Never {
        shared.withLock { $0 = Configuration(name: name, kernels: kernels, definitions: definitions) }
        StandardStreams.keepClosedOnesTaken()
        if let warning = LibraryRestart.mend() { Terminal.warning(warning) }
        guard ProcessLimits.prepare() else { exit(2) }
        guard kernels.problems.isEmpty else {
            for problem in kernels.problems { Terminal.error(problem) }
            exit(2)
        }
        Signals.watch()
        let code =
            definitions.isEmpty ? run(GraphrunCommand.self, arguments) : run(GraphsCommand.self, arguments)
        exit(code)
    }

    /// Messages, host files and file references are of lines: a name with a line break in it could forge one.
    private static func checkLines(_ arguments: [String]) throws {
        guard let broken = arguments.first(where: { $0.contains(where: \.isNewline) }) else { return }
        let shown = broken.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\\n")
        throw Failure.usage("'\(shown)': there is a line break in it; give names and values of one line")
    }

    /// Parses and runs a command; its exit code.
    private static func run<Command: ParsableCommand>(_ root: Command.Type, _ arguments: [String]) -> Int32 {
        do {
            try checkLines(arguments)
            try checkCommand(root, arguments)
            var command = try root.parseAsRoot(arguments)
            try command.run()
        } catch let failure as Failure {
            for line in failure.lines { Terminal.error(line) }
            return failure.code
        } catch {
            guard root.exitCode(for: error) == .success else {
                Terminal.error(root.message(for: error))
                Terminal.error("'\(configuration.name) --help' shows the commands and options")
                return 2
            }
            Terminal.line(root.fullMessage(for: error))  // A help text or completion script.
        }
        guard let reason = Terminal.outputError else { return 0 }
        Terminal.error("standard output cannot be written (\(reason)); check where it goes to")
        return 1
    }

    /// Refuses a mistyped command, which would be taken for the file of the default one.
    private static func checkCommand<Command: ParsableCommand>(_ root: Command.Type, _ arguments: [String]) throws {
        let commands = root.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word = arguments.first, !word.hasPrefix("-"), !commands.contains(word),
            !FileManager.default.fileExists(atPath: word)
        else { return }
        let near = commands.min { ($0.editDistance(to: word), $0) < ($1.editDistance(to: word), $1) }
        guard let near, near.editDistance(to: word) <= 2 else { return }
        throw Failure.usage("there is no command or file '\(word)'; is '\(near)' meant?")
    }
}

/// Why a command ends without success: what is printed, and the exit code.
struct Failure: Error {
    let lines: [String]
    let code: Int32

    /// The command, graph or host file is wrong; nothing was started.
    static func usage(_ lines: String...) -> Failure { Failure(lines: lines, code: 2) }
    static func usage(_ lines: [String]) -> Failure { Failure(lines: lines, code: 2) }
    /// The run failed or was stopped.
    static func run(_ lines: String...) -> Failure { Failure(lines: lines, code: 1) }
}

extension Failure {
    /// A run that ended before its first iteration: most often its files are wrong, and nothing was started.
    init(beforeAnything error: any Error) {
        let isShort: Bool =
            switch error {
            case RunError.short, is MemoryShortage, is ThreadRefusal: true
            default: false
            }
        self = isShort ? .run(SystemReason.of(error)) : .usage(SystemReason.of(error))
    }
}

/// `graphrun`
struct GraphrunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graphrun",
        abstract: "Runs image reconstructions that are declared as dataflow graphs.",
        discussion: "'graphrun FILE.graph' is 'graphrun run FILE.graph'.",
        version: Tool.versionLines,
        subcommands: [
            RunCommand.self, CheckCommand.self, DotCommand.self, PlanCommand.self, SimulateCommand.self,
            DenoiseCommand.self, WorkerCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
}

/// `graphs`, and any program with definitions of its own.
struct GraphsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graphs",
        abstract: "Emits the graphs that are defined in Swift here, and runs them with their own kinds.",
        version: Tool.versionLines,
        subcommands: [
            ListCommand.self, EmitCommand.self, RunCommand.self, CheckCommand.self, DotCommand.self, PlanCommand.self,
            SimulateCommand.self, DenoiseCommand.self, WorkerCommand.self,
        ],
        defaultSubcommand: ListCommand.self)
}
