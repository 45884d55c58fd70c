internal import Foundation
internal import GraphModel
internal import Launching
internal import Runtime
internal import TensorFiles
internal import Tensors

/// A run that is gone on with, from the checkpoint in its folder.
struct Resumption {
    let folder: String
    /// Keeps other runs out of the folder, from before the checkpoint was read.
    let lock: OutputLock?
    private let checkpoint: Checkpoint

    /// - Throws: ``Failure`` where there is no checkpoint that can be read, or its run is still at work.
    init(folder: String) throws {
        self.folder = folder
        lock = try RunFolder.lock(folder, advice: "wait for its end")
        do {
            checkpoint = try Checkpoint(folder: "\(folder)/checkpoint")
        } catch {
            throw Failure.usage("\(error)")
        }
    }

    /// The iteration that the checkpoint is from.
    var iteration: Int { checkpoint.iteration }

    /// What is known of the convergence of the run.
    var history: ConvergenceHistory? { checkpoint.history }

    /// What the parameters of the graph were, as they stand in its file.
    var parameters: [String: String] { checkpoint.parameters }

    /// Whether the run's graph was rewritten.
    var rewriting: Rewriting { checkpoint.rewriting }

    /// - Throws: ``Failure`` where another rewriting is asked for than the run's: it would change bits.
    func check(_ rewriting: Rewriting?) throws {
        guard let rewriting, rewriting != self.rewriting else { return }
        throw Failure.usage(
            "--rewrite \(rewriting.rawValue): the run in \(folder) is one of '--rewrite \(self.rewriting.rawValue)'; "
                + "leave the option out to go on with it")
    }

    /// - Throws: ``Failure`` where the run was one of another graph, has converged or has had its last iteration.
    func check(_ graph: Graph) throws {
        do {
            try checkpoint.check(graph)
        } catch {
            throw Failure.usage("\(folder): \(error)")
        }
        if let stop = graph.stop, let history, history.hasEnded(by: stop) {
            let smaller = brief(stop.below.value / 10)
            let hint = stop.below.parameter.map { "; go on to a smaller change, for example --set \($0)=\(smaller)" }
            throw Failure.usage("\(folder): the run has converged: \(stop.described(graph))\(hint ?? "")")
        }
        guard iteration >= graph.iterations.value else { return }
        let hint = graph.iterations.parameter.map { "; go on with more, for example --set \($0)=\(iteration + 10)" }
        throw Failure.usage("\(folder): the checkpoint is from iteration \(iteration), the last one\(hint ?? "")")
    }

    /// - Parameter inputs: What the files of the graph hold now: a hash for each path.
    /// - Throws: ``Failure`` with every file that holds something else than when the run began.
    func check(inputs: [String: String]) throws {
        let changed = checkpoint.changed(inputs)
        guard !changed.isEmpty else { return }
        throw Failure.usage(
            changed.map { path in
                FileReference.shown(path) == path
                    ? "\(folder): \(path) is not the file that this run began with; put that back, or begin a new run"
                    : "\(folder): the weights of '\(FileReference.shown(path))' are not those that this run began with; go on "
                        + "with the program that began it, or begin a new run"
            })
    }

    /// Where the run goes on.
    ///
    /// - Throws: ``Failure`` where the checkpoint lacks a state.
    func start(of expansion: Expansion) throws -> (iteration: Int, states: [ValueID: Tensor]) {
        do {
            return (iteration, try checkpoint.states(for: expansion))
        } catch {
            throw Failure.usage("\(folder): \(error)")
        }
    }

    /// The command that goes on with the run in `folder`, as it can be typed where this one was.
    ///
    /// A graph or host file that came out of a stream is named as a file that it must be saved to.
    static func command(_ graph: String, folder: String, _ hosts: HostOptions) -> String {
        var saved: [String] = []
        func file(_ path: String, else name: String, _ what: String) -> String {
            guard ByteStream.isOne(path) else { return path }
            saved.append("\(name) is a file with the \(what) that \(ByteStream.name(path)) held")
            return name
        }
        let name = file(graph, else: "FILE.graph", "graph")
        var words = [CommandLine.arguments.first ?? Tool.configuration.name, "run", name, "--resume", folder]
        // Bits are promised for equal threads per worker only, so these go along.
        if let workers = hosts.workers { words += ["--workers", file(workers, else: "HOSTS.txt", "hosts")] }
        if let threads = hosts.givenThreads { words += ["--threads", threads.text] }
        let command = words.map(RemoteShell.quoted).joined(separator: " ")
        return saved.isEmpty ? command : "\(command), where \(saved.joined(separator: " and "))"
    }
}
