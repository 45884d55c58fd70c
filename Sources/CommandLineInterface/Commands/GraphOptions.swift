public import ArgumentParser
internal import Foundation
public import GraphModel
internal import Kernels
internal import Launching
internal import Networks
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import TensorMath

/// The graph file and what changes it: shared by all commands that read one.
struct GraphOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The graph file.", valueName: "file.graph"), completion: .file(extensions: ["graph"]))
    var file: String

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Give a parameter of the graph another value. May be repeated.", valueName: "name=value"))
    var settings: [String] = []

    /// The graph, checked, with every instance written out.
    ///
    /// - Parameters:
    ///   - resumption: The run that is gone on with; its parameters are in force where `--set` gives no others.
    ///   - report: A run that is looked at; likewise.
    ///   - isQuiet: Whether warnings are kept back.
    /// - Throws: ``Failure`` with every problem found.
    func load(
        resuming resumption: Resumption? = nil, of report: RunReport? = nil, isQuiet: Bool = false
    ) throws -> LoadedGraph {
        let given = try parseSettings(settings)
        let name = ByteStream.name(file)
        let data = try contents(of: file, what: "a .graph file") {
            let isGraph = file.hasSuffix(".graph")
            return isGraph
                ? "'graphs emit NAME -o \(file)' writes one"
                : "a graph file ends in .graph, '\(Tool.configuration.name) --help' shows the commands"
        }
        let current = FileManager.default.currentDirectoryPath
        let overrides = Overrides(given, inherited: resumption?.parameters ?? report?.parameterTexts ?? [:]) { path in
            path.hasPrefix("/") || path == ByteStream.dash
                ? path : URL(filePath: current).appending(path: path).path(percentEncoded: false)
        }
        // A stream lies in no folder.
        let folder =
            ByteStream.isOne(file)
            ? current : URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false)
        let files = GraphFiles(folder: folder, formats: Tool.configuration.kernels.formats)
        do {
            let graph = try Graph(data, file: name, kinds: Tool.configuration.kernels.kinds, settings: overrides)
            try resumption?.check(graph)
            let expansion = try graph.expand(FileFacts(files))
            if !isQuiet {
                for warning in expansion.warnings { Terminal.warning(warning.description) }
            }
            return LoadedGraph(expansion: expansion, files: files)
        } catch let error as GraphError {
            guard case .problems(let problems) = error else { throw Failure.usage("\(name): \(error)") }
            throw Failure.usage(problems.map { $0.location == nil ? "\(name): \($0)" : "\($0)" })
        }
    }
}

/// The contents of a file that was named on the command line, or of a stream: standard input (`-`) or a pipe.
///
/// - Parameters:
///   - what: What it should be, such as `a .graph file`.
///   - hint: How to get one, where there is no such file.
/// - Throws: ``Failure`` saying why it cannot be read.
func contents(of path: String, what: String, hint: () -> String) throws -> Data {
    do throws(TensorFileError) {
        return Data(try InputBytes.read(path, as: what))
    } catch {
        switch error {
        case .missing: throw Failure.usage("\(path): no such file; \(hint())")
        case .folder: throw Failure.usage("\(path): this is a folder; name \(what)")
        default: throw Failure.usage("\(error)")
        }
    }
}

/// The text of a file that was named on the command line.
///
/// - Throws: ``Failure`` where it is none.
func plainText(_ data: Data, of path: String, as what: String) throws -> String {
    do throws(PlainText.Complaint) {
        return try PlainText.decode(data, as: what)
    } catch {
        throw Failure.usage("\(path):\(error.line): \(error.reason)")
    }
}

/// A graph read from a file and ready to be planned.
struct LoadedGraph {
    let expansion: Expansion
    let files: GraphFiles
}

/// `NAME=VALUE` texts as a dictionary.
///
/// - Throws: ``Failure`` where one is of another form or a name comes twice.
func parseSettings(_ texts: [String]) throws -> [String: String] {
    var settings: [String: String] = [:]
    for text in texts {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw Failure.usage("--set \(text): write it as NAME=VALUE, for example --set sigma=0.05")
        }
        guard settings.updateValue(parts[1], forKey: parts[0]) == nil else {
            throw Failure.usage("--set \(parts[0]) is given twice; give it once")
        }
    }
    return settings
}

extension Rewriting: ExpressibleByArgument {}

/// Who computes, and what: shared by the commands that plan or run.
struct HostOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A host file, or a number of workers in this process. Default: one worker.", valueName: "hosts.txt"),
        completion: .file())
    var workers: String?

    @Option(
        name: .customLong("threads"), parsing: .unconditional,
        help: ArgumentHelp(
            "Threads each worker computes with. Default: the processors shared out evenly.", valueName: "number"))
    var givenThreads: GivenNumber<Int>?
    @Option(
        help: ArgumentHelp(
            "Compute the same values with less work, or as the graph is written. Default: all.", valueName: "all|none"))
    var rewrite: Rewriting?

    /// The plan of a graph for the workers asked for.
    ///
    /// - Parameters:
    ///   - rewriting: What is in force without `--rewrite`.
    ///   - cluster: The workers, where they have been asked what they can do; by default they can do what this process can.
    ///   - isRun: Whether the plan is run and not looked at: then nothing is predicted for a worker that is alone.
    ///   - isQuiet: Whether nothing is said when the machine is measured.
    /// - Throws: ``Failure`` with every problem of the host file, or what a worker cannot do.
    func plan(
        _ loaded: LoadedGraph, rewriting: Rewriting = .all, cluster: Cluster? = nil, isRun: Bool = false,
        isQuiet: Bool = false
    ) throws -> Plan {
        let convolutions = loaded.expansion.convolutions
        let workers =
            try cluster?.workers(toCompute: convolutions)
            ?? ownWorkers(isRun: isRun, isQuiet: isQuiet, toCompute: convolutions)
        let expansion = try loaded.expansion.rewritten(
            rewrite ?? rewriting, workers: workers.count, FileFacts(loaded.files),
            rules: Tool.configuration.kernels.rules)
        let plan: Plan
        do throws(PlanError) {
            let cache = PlacementCache(folder: WorkerCommand.cacheFolder, program: Tool.version)
            plan = try cache.plan(expansion, workers: workers, links: cluster?.links ?? .inProcess)
        } catch {
            throw Failure.usage(error.problems)
        }
        guard plan.refusals.isEmpty else { throw Failure.usage(plan.refusals) }
        return plan
    }

    /// The processes that a host file names, started where it says so; `nil` where workers run inside this process.
    ///
    /// - Throws: ``Failure`` with every problem of the host file, or every worker that cannot be had.
    func gatherCluster(isQuiet: Bool = false) throws -> Cluster? {
        guard let workers, Int(workers) == nil else { return nil }
        let file = try load()
        do {
            let cluster = try Cluster(file, program: Tool.launching) {
                try OwnSpeeds(folder: WorkerCommand.cacheFolder, isQuiet: isQuiet).prepare()
            }
            if cluster.isMixed {
                Terminal.warning("the workers' processors or libraries differ, and so may the last bits of the result")
            }
            return cluster
        } catch let error as LaunchError {
            throw Failure.usage(error.problems)
        }
    }

    /// Workers in this process, which is asked how fast it is; those of a host file are not there to be asked.
    ///
    /// - Parameter convolutions: Those whose scratch memory is to be known.
    private func ownWorkers(
        isRun: Bool, isQuiet: Bool, toCompute convolutions: Set<ConvolutionShape>
    ) throws -> [Worker] {
        let workers = try load().workers
        let isOwn = self.workers.map { Int($0) != nil } ?? true
        let speeds =
            isOwn && !(isRun && workers.count == 1)
            ? try OwnSpeeds(folder: WorkerCommand.cacheFolder, isQuiet: isQuiet)
                .worker(threads: workers[0].threads, of: workers.count) : nil
        // Those of a host file may differ in their threads.
        let scratch = Dictionary(grouping: workers, by: \.threads).mapValues {
            Libraries.scratchBytes(convolutions, threads: $0[0].threads)
        }
        return workers.map { listed in
            var worker = Worker(
                name: listed.name, threads: listed.threads, hasWinograd: Libraries.hasWinograd, speeds: speeds,
                memory: listed.memory)
            worker.scratch = scratch[listed.threads] ?? [:]
            return worker
        }
    }

    private func load() throws -> HostFile {
        let threads = try givenThreads?.value(of: "--threads", in: Limits.threads)
        func shared(among count: Int) -> Int {
            threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount / count)
        }
        guard let workers else { return HostFile(local: 1, threads: shared(among: 1)) }
        if let count = Int(workers) {
            guard Limits.workers.contains(count) else {
                throw Failure.usage(
                    "--workers \(count): give a host file, or a number from 1 to \(Limits.workers.upperBound)")
            }
            return HostFile(local: count, threads: shared(among: count))
        }
        let data = try contents(of: workers, what: "a host file, or a number of workers") {
            "write a host file with a line such as 'localhost slots=2', or give a number of workers"
        }
        let text = try plainText(data, of: workers, as: "a host file")
        do throws(HostFileError) {
            let file = try HostFile(text, name: workers, isThisMachine: OwnNames.include)
            return threads.map(file.withThreads) ?? file
        } catch {
            throw Failure.usage(error.problems)
        }
    }
}

/// Refuses a run in this process that does not fit the memory that the machine has free, where it tells, or for which its
/// libraries have nothing but a reference loop.
///
/// - Parameter file: What is run, for messages.
func checkMachine(_ plan: Plan, _ files: GraphFiles, of file: String) throws {
    try checkAddressSpace(plan, of: file)
    _ = try ConvolutionSurvey(plan, files: files)
    let needed = plan.workers.reduce(0) { $0 + $1.memoryBytes }
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
        let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return }
    let free = min(kilobytes * 1024, AvailableMemory().bytes)
    guard needed > free else { return }
    throw Failure.usage(
        "\(ByteStream.name(file)): the run needs \(megabytes(needed)) of memory and \(megabytes(free)) are free; "
            + "use a smaller image or fewer instances ('\(Tool.configuration.name) plan' shows what each worker needs)"
    )
}
