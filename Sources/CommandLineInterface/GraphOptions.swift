internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import Scheduling

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
    /// - Parameter earlier: Values of parameters that `--set` may still change.
    /// - Throws: ``Failure`` with every problem found.
    func load(earlier: [String: String] = [:]) throws -> LoadedGraph {
        let given = try parseSettings(settings)
        guard let data = FileManager.default.contents(atPath: file) else {
            throw Failure.usage(unreadable(file))
        }
        let current = FileManager.default.currentDirectoryPath
        let overrides = Overrides(earlier.merging(given) { $1 }) { path in
            path.hasPrefix("/") ? path : URL(filePath: current).appending(path: path).path(percentEncoded: false)
        }
        let files = GraphFiles(folder: URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false))
        do throws(GraphError) {
            let graph = try Graph(data, file: file, kinds: Tool.configuration.kernels.kinds, settings: overrides)
            let expansion = try graph.expand(FileFacts(files))
            for warning in expansion.warnings { Terminal.warning(warning.description) }
            return LoadedGraph(expansion: expansion, files: files, settings: given)
        } catch {
            guard case .problems(let problems) = error else { throw Failure.usage("\(file): \(error)") }
            throw Failure.usage(problems.map { $0.location == nil ? "\(file): \($0)" : "\($0)" })
        }
    }

    private func unreadable(_ file: String) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
            let hint = file.hasSuffix(".graph") ? "" : "; a graph file ends in .graph, '\(Tool.configuration.name) --help' shows the commands"
            return "\(file): no such file\(hint.isEmpty ? "; 'graphs emit NAME -o \(file)' writes one" : hint)"
        }
        return isFolder.boolValue ? "\(file): this is a folder; name a .graph file" : "\(file): it may not be read"
    }
}

/// A graph read from a file and ready to be planned.
struct LoadedGraph {
    let expansion: Expansion
    let files: GraphFiles
    /// What `--set` gave.
    let settings: [String: String]
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

/// Who computes: shared by the commands that plan or run.
struct HostOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A host file, or a number of workers in this process. Default: one worker.", valueName: "hosts.txt"),
        completion: .file())
    var workers: String?

    @Option(help: "Threads each worker computes with. Default: the processors shared out evenly.")
    var threads: Int?

    /// The workers of a run.
    ///
    /// - Throws: ``Failure`` with every problem of the host file.
    func load() throws -> [Worker] {
        if let threads, !(1...1024).contains(threads) {
            throw Failure.usage("--threads \(threads): give a whole number from 1 to 1024")
        }
        guard let workers else { return HostFile(local: 1, threads: shared(among: 1)).workers }
        if let count = Int(workers) {
            guard (1...1024).contains(count) else {
                throw Failure.usage("--workers \(count): give a host file, or a number from 1 to 1024")
            }
            return HostFile(local: count, threads: shared(among: count)).workers
        }
        guard let data = FileManager.default.contents(atPath: workers) else {
            throw Failure.usage("\(workers): no such host file; write one with a line such as 'localhost slots=2'")
        }
        do throws(HostFileError) {
            let listed = try HostFile(String(decoding: data, as: UTF8.self), name: workers).workers
            return threads.map { threads in listed.map { Worker(name: $0.name, threads: threads) } } ?? listed
        } catch {
            throw Failure.usage(error.problems)
        }
    }

    private func shared(among count: Int) -> Int {
        threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount / count)
    }
}
