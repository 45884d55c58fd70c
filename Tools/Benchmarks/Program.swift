package import Foundation

/// Why the benchmark cannot go on, in one line.
package struct BenchmarkError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A program that is run to its end, as often as asked.
package struct Program: Sendable {
    let path: String
    let folder: String
    let environment: [String: String]
    private let missing: [String]

    /// - Parameters:
    ///   - folder: where it runs.
    ///   - environment: variables beside those of this program.
    ///   - missing: variables of this program that it does not get.
    init(
        _ path: String, in folder: String = ".", environment: [String: String] = [:], without missing: [String] = []
    ) {
        self.path = path
        self.folder = folder
        self.environment = environment
        self.missing = missing
    }

    /// The same with other variables beside those that it has.
    func with(_ variables: [String: String]) -> Program {
        Program(path, in: folder, environment: environment.merging(variables) { $1 }, without: missing)
    }

    /// One of the programs of this package, built beside this one.
    ///
    /// - Throws: ``BenchmarkError`` where it is not there.
    package init(built name: String) throws {
        let own = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
        let path = own.deletingLastPathComponent().appending(path: name).path(percentEncoded: false)
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchmarkError("\(path): there is no such program; build it with 'swift build -c release'")
        }
        self.init(path)
    }

    /// The same without variables that this process has.
    package func without(_ variables: [String]) -> Program {
        Program(path, in: folder, environment: environment, without: missing + variables)
    }

    /// Runs it and returns what it printed on standard output. Its standard error is ours.
    ///
    /// - Parameter onLine: called with every line that it prints, when it does.
    /// - Throws: ``BenchmarkError`` where it cannot be started or fails.
    @discardableResult
    package func run(_ arguments: [String], onLine: ((String) -> Void)? = nil) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.filter { !missing.contains($0.key) }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw BenchmarkError("\(path): it cannot be started (\(error.localizedDescription))")
        }
        let data = Program.read(output.fileHandleForReading, onLine)
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw BenchmarkError(
                "\(([path] + arguments).joined(separator: " ")): it ended with \(process.terminationStatus); "
                    + "what it printed above says why")
        }
        return data
    }

    private static func read(_ handle: FileHandle, _ onLine: ((String) -> Void)?) -> Data {
        guard let onLine else { return handle.readDataToEndOfFile() }
        var all = Data()
        var begin = 0
        while case let part = handle.availableData, !part.isEmpty {
            all.append(part)
            while let end = all[begin...].firstIndex(of: UInt8(ascii: "\n")) {
                onLine(String(decoding: all[begin..<end], as: UTF8.self))
                begin = end + 1
            }
        }
        return all
    }

    /// Runs it and decodes the JSON that it prints.
    ///
    /// - Throws: ``BenchmarkError`` where it fails or prints something else.
    func run<Value: Decodable>(_ arguments: [String], printing type: Value.Type) throws -> Value {
        let data = try run(arguments)
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw BenchmarkError("\(([path] + arguments).joined(separator: " ")): what it printed is not understood")
        }
    }
}

/// Where this package lies.
enum Checkout {
    /// Its path, without a slash at the end.
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}
