internal import Foundation
internal import Testing

/// How a program ended and what it printed.
struct Outcome {
    let code: Int32
    let output: String
    let errors: String

    var outputLines: [String] { output.split(separator: "\n").map(String.init) }
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}

/// A folder of its own in which a test runs our programs as a user does; removed with all in it at the end.
final class Workplace {
    let url: URL
    /// For what programs print: beside the folder, so that it holds only what the programs put there.
    let outputs: URL

    init() throws {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "graphrun-\(UUID().uuidString)")
        url = base.appending(path: "here")
        outputs = base.appending(path: "outputs")
        for folder in [url, outputs] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(at: url.deletingLastPathComponent()) }

    /// The environment of programs that run here: what makes plans and processors others than the tests expect is left out.
    func environment(_ more: [String: String]) throws -> [String: String] {
        let speeds = outputs.appending(path: "speeds.json")
        if !FileManager.default.fileExists(atPath: speeds.path(percentEncoded: false)) {
            try Data(Workplace.speeds.utf8).write(to: speeds)
        }
        var variables = ProcessInfo.processInfo.environment
        for name in variables.keys where name.hasPrefix("GRAPHRUN_") || name == "OPENBLAS_CORETYPE" {
            variables[name] = nil
        }
        variables["GRAPHRUN_SPEEDS"] = speeds.path(percentEncoded: false)
        // What is remembered between runs is not the user's, and goes with the folder.
        variables["XDG_CACHE_HOME"] = outputs.appending(path: "cache").path(percentEncoded: false)
        variables[Leftovers.mark.name] = Leftovers.mark.value
        return variables.merging(more) { $1 }
    }

    /// Of a machine that computes so slowly that sending values to others always pays: with measured speeds, where an
    /// instance is computed would depend on the machine.
    private static let speeds = """
        {"arithmetic": 1e8, "convolutions": [{"channels": 64, "direct": 1e8, "winograd": 1e8}], "loops": 1e8, \
        "memory": 1e8, "overhead": 0, "threads": 1, "transforms": 1e8}
        """

    /// The path of a file or folder in it.
    func path(_ name: String) -> String {
        url.appending(path: name).path(percentEncoded: false)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name))
    }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: url.appending(path: name))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    /// A file that holds one JSON object.
    func object(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try bytes(name)) as? [String: Any])
    }

    /// What lies in a folder, hidden files too.
    func names(in folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
    }

    /// Runs one of our programs to its end.
    func run(_ arguments: String..., by program: String = "graphrun") async throws -> Outcome {
        try await start(arguments, by: program).outcome()
    }

    func start(_ arguments: String..., by program: String = "graphrun") throws -> RunningProgram {
        try start(arguments, by: program)
    }

    func start(
        _ arguments: [String], by program: String, environment: [String: String] = [:]
    ) throws -> RunningProgram {
        try RunningProgram(try Programs.path(program), arguments, in: self, environment: environment)
    }

    /// Runs a command line as a user types it.
    func shell(_ line: String) async throws -> Outcome {
        try await RunningProgram("/bin/sh", ["-c", line], in: self).outcome()
    }
}

/// The programs of this package, as they were built with these tests.
enum Programs {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static func path(_ name: String) throws -> String {
        // The tests are a program or a bundle in the folder that the others are built into.
        var folder = (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
        for _ in 0..<4 {
            let path = folder.appending(path: name).path(percentEncoded: false)
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue { return path }
            folder.deleteLastPathComponent()
        }
        throw Missing(description: "'\(name)' is not beside the tests; build it with 'swift build --build-tests'")
    }

    /// A program of the system, if it is installed.
    static func installed(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
