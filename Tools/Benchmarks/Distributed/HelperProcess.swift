internal import Foundation
internal import Synchronization

/// Another process of this program, started with one of its hidden commands; it ends when this is freed.
final class HelperProcess {
    private let process = Process()
    private let input = Pipe()
    /// The line that it prints first: where it listens.
    private(set) var announcement = ""

    /// - Throws: ``BenchmarkError`` where it does not start.
    convenience init(_ arguments: [String]) throws {
        try self.init(Program(built: "benchmark"), arguments)
    }

    /// - Throws: ``BenchmarkError`` where it does not start.
    convenience init(_ program: Program, _ arguments: [String]) throws {
        try self.init(starting: program, arguments)
        try waitForAnnouncement()
    }

    /// Several of them at once.
    ///
    /// - Throws: ``BenchmarkError`` where one does not start.
    static func startAll(_ program: Program, _ arguments: [[String]]) throws -> [HelperProcess] {
        let all = try arguments.map { try HelperProcess(starting: program, $0) }
        for one in all { try one.waitForAnnouncement() }
        return all
    }

    private init(starting program: Program, _ arguments: [String]) throws {
        process.executableURL = URL(filePath: program.path)
        process.arguments = arguments
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw BenchmarkError("\(program.path): it cannot be started (\(error.localizedDescription))")
        }
    }

    private func waitForAnnouncement() throws {
        guard let output = process.standardOutput as? Pipe else { return }
        var text = ""
        while !text.contains("\n") {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else {
                throw BenchmarkError("\((process.arguments ?? []).joined(separator: " ")): it ended at once")
            }
            text += String(decoding: part, as: UTF8.self)
        }
        announcement = String(text.prefix { $0 != "\n" })
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Seconds of processor time that it has used so far, and how often its threads have gone to sleep; `nil` where the
    /// system does not say.
    var processorSeconds: Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8) else {
            return nil
        }
        // The second field is a name in brackets, which may hold anything; 14 and 15 are user and system time.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Prints the line that whoever started this process waits for.
    static func announce(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }
}

/// Notices that whoever started this program is done with it: standard input ends.
final class InputEnd: Sendable {
    private let ended = Atomic<Bool>(false)

    init() {
        let thread = Thread { [self] in
            while !FileHandle.standardInput.availableData.isEmpty {}
            ended.store(true, ordering: .relaxed)
        }
        thread.start()
    }

    var isReached: Bool { ended.load(ordering: .relaxed) }
}
