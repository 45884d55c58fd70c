internal import Foundation

/// A program at work; what it prints goes to files, so that it never waits for a reader.
final class RunningProgram {
    struct TookTooLong: Error, CustomStringConvertible {
        let description: String
    }

    private let process = Process()
    /// Kept, as its folders go when it does.
    private let place: Workplace
    private let outputFile: URL
    private let errorFile: URL

    /// - Parameter environment: Variables beside those of this process.
    init(_ program: String, _ arguments: [String], in place: Workplace, environment: [String: String] = [:]) throws {
        let name = UUID().uuidString
        self.place = place
        outputFile = place.outputs.appending(path: "\(name).out")
        errorFile = place.outputs.appending(path: "\(name).err")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = place.url
        process.environment = try place.environment(environment)
        process.standardInput = FileHandle.nullDevice
        let output = try FileHandle(forWritingTo: outputFile)
        let errors = try FileHandle(forWritingTo: errorFile)
        // The program has its own; these would stay open with the process that Foundation keeps, and where a thousand files
        // are open it crashes as it starts another program.
        defer {
            try? output.close()
            try? errors.close()
        }
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Waits until the program has printed `text`, so many times.
    func waitForOutput(_ text: String, times: Int = 1) async throws {
        try await wait(for: "printing '\(text)'") { RunningProgram.count(text, in: outputFile) >= times }
    }

    /// Waits until the program has printed `text` among its errors, so many times.
    func waitForErrors(_ text: String, times: Int) async throws {
        try await wait(for: "complaining of '\(text)'") { RunningProgram.count(text, in: errorFile) >= times }
    }

    private static func count(_ text: String, in file: URL) -> Int {
        ((try? String(contentsOf: file, encoding: .utf8)) ?? "").ranges(of: text).count
    }

    var isRunning: Bool { process.isRunning }

    var identifier: Int32 { process.processIdentifier }

    /// What it has printed so far.
    func printed() throws -> String {
        try String(contentsOf: outputFile, encoding: .utf8)
    }

    /// What it has complained of so far.
    func complaints() throws -> String {
        try String(contentsOf: errorFile, encoding: .utf8)
    }

    func end(by signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// What Ctrl-C does.
    func interrupt() {
        kill(process.processIdentifier, SIGINT)
    }

    /// Waits for the end.
    func outcome() async throws -> Outcome {
        try await wait(for: "ending") { !process.isRunning }
        return Outcome(
            // A program that a signal ended is no program that returned a code.
            code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOf: outputFile, encoding: .utf8),
            errors: try String(contentsOf: errorFile, encoding: .utf8))
    }

    /// Only what would never come is given up: how fast this machine is says nothing.
    private static let limit = Duration.seconds(600)

    private func wait(for what: String, until isDone: () -> Bool) async throws {
        let end = ContinuousClock.now + RunningProgram.limit
        while !isDone() {
            guard ContinuousClock.now < end else {
                if process.isRunning { kill(process.processIdentifier, SIGKILL) }
                let command = ([process.executableURL?.lastPathComponent ?? ""] + (process.arguments ?? []))
                throw TookTooLong(
                    description: "\(command.joined(separator: " ")): not \(what) within \(RunningProgram.limit)")
            }
            try await Task.sleep(for: .milliseconds(3))
        }
    }
}

/// What a run says at the first Ctrl-C.
let stopping = "graphrun: stopping after this iteration; Ctrl-C once more says what that waits for"
