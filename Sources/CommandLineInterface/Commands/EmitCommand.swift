internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import TensorFiles

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the graphs defined here.")

    func run() throws {
        var table = Table([])
        for definition in Tool.configuration.definitions { table.add([definition.name, definition.summary]) }
        Terminal.line(table.text.drop { $0 == "\n" }.description)
    }
}

struct EmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emit", abstract: "Writes a graph defined here to a .graph file.")

    @Argument(help: "Name of the graph; 'list' shows them.") var name: String

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Give a parameter or option another value. May be repeated.", valueName: "name=value"))
    var settings: [String] = []

    @Option(name: [.customShort("o"), .long], help: "The file to write. Default: standard output (-).")
    var output: String?

    func run() throws {
        let known = Tool.configuration.definitions
        guard let definition = known.first(where: { $0.name == name }) else {
            throw Failure.usage(
                "no graph is called '\(name)'; there are: \(known.map(\.name).joined(separator: ", "))")
        }
        let given = try parseSettings(settings)
        let output = self.output.flatMap { ByteStream.isStandardOutput($0) ? nil : $0 }
        let target = URL(filePath: output ?? "x").deletingLastPathComponent().path(percentEncoded: false)
        let text: String
        do throws(GraphError) {
            text = try encode(try build(definition, given, for: target))
        } catch {
            guard case .problems(let problems) = error else { throw Failure.usage("\(name): \(error)") }
            throw Failure.usage(problems.map(\.description))
        }
        guard let output else { return Terminal.line(String(text.dropLast())) }
        do {
            try AtomicFile.write(Array(text.utf8), to: output)
        } catch {
            throw Failure.usage("\(error)")
        }
    }

    /// The graph as it reads in a file of the folder `target`.
    private func build(
        _ definition: Definition, _ given: [String: String], for target: String
    ) throws(GraphError) -> Graph {
        let rebase: @Sendable (String) -> String = { relativePath($0, from: target) }
        let graph = try definition.build(Overrides(given, rebase: rebase))
        // A default that names a file beside the definition must still name it from where the graph will lie.
        var defaults: [String: String] = [:]
        for parameter in graph.parameters where parameter.sort == .path && given[parameter.name] == nil {
            guard case .text(let path) = parameter.value, !path.isEmpty, !path.hasPrefix("/") else { continue }
            let file = URL(filePath: definition.folder).appending(path: path).path(percentEncoded: false)
            guard FileManager.default.fileExists(atPath: file) else { continue }
            defaults[parameter.name] = pathFrom(target, to: file)
        }
        return try definition.build(Overrides(given, inherited: defaults, rebase: rebase))
    }

    private func encode(_ graph: Graph) throws(GraphError) -> String {
        do {
            return try graph.fileText()
        } catch {
            throw .rule("it cannot be written as JSON: \(SystemReason.of(error))")
        }
    }
}

/// A path typed in the current folder as one that means the same from another folder.
private func relativePath(_ path: String, from folder: String) -> String {
    let current = FileManager.default.currentDirectoryPath
    guard !path.hasPrefix("/"), path != ByteStream.dash, pathComponents(folder) != pathComponents(current)
    else { return path }
    return pathFrom(folder, to: path)
}

/// The way from a folder to a file.
private func pathFrom(_ folder: String, to file: String) -> String {
    // Only the folder's links are followed: the file keeps the name it was given.
    let name = URL(filePath: file).lastPathComponent
    let target = pathComponents(URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false)) + [name]
    let base = pathComponents(folder.isEmpty ? "." : folder)
    let common = zip(target, base).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: base.count - common) + target.dropFirst(common)).joined(separator: "/")
}

/// The parts of a path without links, so that `..` leads where it seems to.
private func pathComponents(_ path: String) -> [String] {
    URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().pathComponents
}
