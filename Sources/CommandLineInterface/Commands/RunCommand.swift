internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import Launching
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a graph and keeps its result, pictures and figures in a folder.")

    @OptionGroup var graph: GraphOptions
    @OptionGroup var hosts: HostOptions
    @Option(
        help: ArgumentHelp("Folder of the run. Default: runs/NAME-TIMESTAMP.", valueName: "dir"), completion: .directory
    )
    var output: String?
    @Option(
        help: ArgumentHelp("Go on from the checkpoint of this run, in its folder.", valueName: "dir"),
        completion: .directory)
    var resume: String?
    @Option(
        help: ArgumentHelp(
            "Keep outputs that are states as they are after every so many iterations, as iterates/STATE-ITERATION.npy in the run's folder.",
            valueName: "n"))
    var saveEvery: Int?
    @Flag(help: "Print nothing but errors.") var quiet = false
    @Flag(help: "Print one JSON object a line.") var json = false

    func run() throws {
        // A reader of the progress that goes away (`| head`) must not take the run with it.
        signal(SIGPIPE, SIG_IGN)
        let resumption = try loadResumption()
        let loaded = try graph.load(resuming: resumption, isQuiet: quiet)
        try resumption?.check(hosts.rewrite)
        let cluster = try hosts.gatherCluster(isQuiet: quiet)
        let plan = try hosts.plan(
            loaded, rewriting: resumption?.rewriting ?? .all, cluster: cluster, isRun: true,
            isQuiet: quiet)
        let expansion = plan.expansion
        if cluster == nil {
            try checkMachine(plan, loaded.files, of: graph.file)
        }
        let inputs = try hashes(of: loaded.files)
        try resumption?.check(inputs: inputs)
        let start = try resumption?.start(of: expansion)
        try checkIterates(expansion, isRemote: cluster != nil)
        let folder = try makeFolder(resumption, expansion.graph.name)
        defer { folder.unlock() }
        try checkSpace(plan, inputs, in: folder, isRemote: cluster != nil)

        let progress = Progress(
            style, total: expansion.iterations, mayEndEarly: (expansion.graph.stop?.below.value ?? 0) > 0,
            workers: plan.workers.count, order: expansion.metrics)
        let position = RunPosition(graph.file, total: expansion.iterations, order: expansion.metrics)
        let log = MetricsLog { record in
            progress.show(record)
            position.note(record)
        }
        Signals.setStanding {
            progress.end()
            return position.line
        }
        let run = plan.run(
            by: cluster?.group, name: graph.file, catalog: Tool.configuration.kernels, files: loaded.files, log: log,
            checkpoint: start, history: resumption?.history, iterates: iterates(in: folder), ended: { cluster?.ended })
        // From the first line to the last file, so that Ctrl-C never loses a result that is there.
        let isQuiet = quiet
        let interrupt = Interrupt {
            progress.end()
            Terminal.error(
                "\(position.line); waiting for the end of the one that has begun, \(Signals.time) so far; Ctrl-C once more ends "
                    + "the program at once, and saves nothing")
        } _: {
            run.stop()
            guard !isQuiet else { return }
            progress.end()
            Terminal.error("stopping after this iteration; Ctrl-C once more says what that waits for")
        }
        defer { interrupt.end() }
        try announce(folder, plan)
        let began = ContinuousClock.now
        let result: RunResult
        do {
            result = try run.run().worthKeeping
        } catch {
            progress.end()
            // Nothing is lost before the loop begins, and nothing is left then.
            guard !log.records.isEmpty else {
                folder.discard()
                throw Failure(beforeAnything: error)
            }
            throw Failure.run(SystemReason.of(error), saved(in: folder))
        }
        progress.end()
        cluster?.dismiss()
        if !quiet {
            for note in loaded.files.notes { Terminal.warning(note) }
        }

        let seconds = (ContinuousClock.now - began).seconds
        try save(result, plan, inputs, after: start?.iteration ?? 0, folder, seconds: seconds)
        try finish(result, plan, folder, after: start?.iteration ?? 0)
    }

    private var style: Progress.Style {
        if quiet { return .quiet }
        if json { return .json }
        return Terminal.isInteractive ? .terminal : .plain
    }

    // MARK: Before

    private func loadResumption() throws -> Resumption? {
        guard let resume else { return nil }
        guard output == nil else {
            throw Failure.usage("--resume goes on in the folder of its run; leave --output out")
        }
        return try Resumption(folder: resume)
    }

    /// What the files of the graph hold: what they are to hold when the run is gone on with.
    private func hashes(of files: GraphFiles) throws -> [String: String] {
        do {
            return try files.contentHashes()
        } catch {
            throw Failure.usage(SystemReason.of(error))
        }
    }

    private func makeFolder(_ resumption: Resumption?, _ name: String) throws -> RunFolder {
        if let resumption { return RunFolder(resuming: resumption.folder, lock: resumption.lock) }
        return try output.map { try RunFolder($0) } ?? RunFolder(forRunOf: name)
    }

    /// Refuses a run whose files would not fit.
    private func checkSpace(_ plan: Plan, _ inputs: [String: String], in folder: RunFolder, isRemote: Bool) throws {
        let files = RunFiles(
            plan, dot: Array(plan.expansion.dot().utf8), inputs: Array(inputs.keys), isRemote: isRemote,
            iteratesEvery: saveEvery)
        do {
            try DiskSpace.check(files.files, in: folder.path, what: "the run")
        } catch {
            folder.discard()
            throw error
        }
    }

    private struct StartLine: Encodable {
        let event = "start"
        let graph: String
        let folder: String
        let iterations: Int
        let workers: Int
        let note: String?
    }

    private func announce(_ folder: RunFolder, _ plan: Plan) throws {
        let graph = plan.expansion.graph
        do {
            try folder.write("graph.dot", Array(plan.expansion.dot().utf8))
        } catch {
            throw Failure.usage(SystemReason.of(error))
        }
        switch style {
        case .quiet: break
        case .json:
            Terminal.line(
                try jsonLine(
                    StartLine(
                        graph: graph.name, folder: folder.path, iterations: plan.expansion.iterations,
                        workers: plan.workers.count, note: graph.noteText)))
        case .terminal, .plain:
            if let note = graph.noteText { Terminal.line(note) }
            Terminal.line(
                "\(graph.name): \(counted(plan.expansion.instances.count, "instance")), "
                    + "\(counted(plan.expansion.iterations, "iteration")), \(counted(plan.workers.count, "worker")), "
                    + counted(plan.workers.reduce(0) { $0 + $1.worker.threads }, "thread"))
        }
    }

    // MARK: After

    /// What there is after a run that failed.
    private func saved(in folder: RunFolder) -> String {
        guard resume != nil else { return "nothing was saved but \(folder.path)/graph.dot" }
        return "the checkpoint is as it was; go on with: \(Resumption.command(graph.file, folder: folder.path, hosts))"
    }

    /// Writes what the run leaves: of a run that has come to its end first its result, else what it goes on from.
    ///
    /// - Parameters:
    ///   - inputs: What the files of the graph held when the run began.
    ///   - first: The iteration that the run went on from.
    /// - Throws: ``Failure`` where something could not be written, saying what was and what was not.
    private func save(
        _ result: RunResult, _ plan: Plan, _ inputs: [String: String], after first: Int, _ folder: RunFolder,
        seconds: Double
    ) throws {
        let records = (resume == nil ? [] : folder.records(upTo: first)) + result.records
        let pictures = RunPictures(result, plan.expansion, records)
        let isFinished = EndingWords(result, plan.expansion).isSuccess
        var files = SavedFiles(folder: folder.path)
        if isFinished { pictures.writeArrays(to: folder, &files) }
        if !result.states.isEmpty {
            files.write("checkpoint") {
                try Checkpoint(
                    plan.expansion, iteration: result.iterations, states: result.states, inputs: inputs,
                    history: result.conclusion.history
                ).write(to: "\(folder.path)/checkpoint")
            }
        }
        if !isFinished { pictures.writeArrays(to: folder, &files) }
        files.write("metrics.csv") { try folder.write("metrics.csv", MetricsTable(plan.expansion, records).csv) }
        files.write("run.json") {
            let report = RunReport(result, plan, arguments: CommandLine.arguments, seconds: seconds)
            try folder.write("run.json", report.json())
        }
        pictures.writePictures(to: folder, &files)
        files.write("trace.json") {
            try folder.write("trace.json", ChromeTrace.encode(result.traces, transfers: result.transfers))
        }
        guard !files.areComplete else { return }
        let goesOn = !isFinished && files.hasSaved("checkpoint")
        throw Failure(
            lines: files.complaints
                + (goesOn ? ["go on with: \(Resumption.command(graph.file, folder: folder.path, hosts))"] : []),
            code: 1)
    }

    private struct EndLine: Encodable {
        let event: String
        let reason: String
        let iterations: Int
        let folder: String
        let metrics: [ValueID: Float]
        /// What the pictures do not show.
        let note: String?
    }

    /// - Parameter first: The iteration that the run went on from.
    private func finish(_ result: RunResult, _ plan: Plan, _ folder: RunFolder, after first: Int) throws {
        let words = EndingWords(result, plan.expansion)
        let lost = words.isSuccess ? RunPictures.lost(result, plan.expansion) : nil
        switch style {
        case .quiet: break
        case .json:
            Terminal.line(
                try jsonLine(
                    EndLine(
                        event: words.isSuccess && lost == nil ? "end" : "stopped",
                        reason: lost == nil ? words.reason : "not finite",
                        iterations: result.iterations, folder: folder.path,
                        metrics: MetricsTable.last(result.records, upTo: result.iterations),
                        note: RunPictures.clipping(result, plan.expansion))))
        case .terminal, .plain:
            if let line = words.line { Terminal.line(line) }
            for line in RunPictures.summary(result, plan.expansion) { Terminal.line(line) }
            if !result.kept.isEmpty { Terminal.line("result and pictures: \(folder.path.showingAll)") }
        }
        if let divergence = words.divergence {
            throw Failure.run(
                "\(graph.file): \(divergence); \(words.kept(in: folder.path, after: first))\(words.remedy)")
        }
        if let lost { throw Failure.run("\(graph.file): \(folder.path): \(lost)") }
        guard !words.isSuccess else { return }
        throw Failure.run(
            "stopped after iteration \(result.iterations) of \(plan.expansion.iterations); everything is saved in "
                + folder.path,
            "go on with: \(Resumption.command(graph.file, folder: folder.path, hosts))")
    }
}
