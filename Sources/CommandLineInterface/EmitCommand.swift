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

    @Option(name: [.customShort("o"), .long], help: "The file to write. Default: standard output.")
    var output: String?

    func run() throws {
        let known = Tool.configuration.definitions
        guard let definition = known.first(where: { $0.name == name }) else {
            throw Failure.usage(
                "no graph is called '\(name)'; there are: \(known.map(\.name).joined(separator: ", "))")
        }
        let given = try parseSettings(settings)
        let target = URL(filePath: output ?? "x").deletingLastPathComponent().path(percentEncoded: false)
        let text: String
        do throws(GraphError) {
            let overrides = Overrides(given) { relativePath($0, from: target) }
            text = try encode(try definition.build(overrides))
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

    private func encode(_ graph: Graph) throws(GraphError) -> String {
        do {
            return try graph.fileText()
        } catch {
            throw .rule("it cannot be written as JSON: \(error)")
        }
    }
}

/// A path typed in the current folder as one that means the same from another folder.
func relativePath(_ path: String, from folder: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let current = URL(filePath: FileManager.default.currentDirectoryPath).standardizedFileURL.pathComponents
    let target = URL(filePath: path).standardizedFileURL.pathComponents
    let base = URL(filePath: folder.isEmpty ? "." : folder).standardizedFileURL.pathComponents
    guard base != current else { return path }
    let common = zip(target, base).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: base.count - common) + target.dropFirst(common)).joined(separator: "/")
}
