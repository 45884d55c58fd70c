internal import Foundation
internal import Synchronization

/// Workers that this program starts on its own machine and stops at the end; they stop too when it dies.
final class LocalWorkers {
    private var processes: [(process: Process, input: Pipe)] = []
    /// Where they listen, in order.
    private(set) var endpoints: [String] = []

    /// - Parameter threads: of each worker.
    /// - Throws: ``Failure`` where one does not start.
    init(threads: [Int]) throws {
        for count in threads { try start(threads: count, neighbours: threads.count) }
        for (process, _) in processes { endpoints.append(try LocalWorkers.endpoint(process)) }
    }

    deinit { stop() }

    func stop() {
        for (process, input) in processes {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        processes = []
    }

    private func start(threads: Int, neighbours: Int) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["worker", "--attended", "--threads", "\(threads)", "--neighbours", "\(neighbours)"]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = Pipe()
        // Their notes would disturb the progress line; what goes wrong comes back as a message.
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw Failure.usage("a worker cannot be started on this machine: \(error.localizedDescription)")
        }
        processes.append((process, input))
    }

    /// The endpoint that a worker prints when it listens.
    private static func endpoint(_ process: Process) throws -> String {
        guard let output = (process.standardOutput as? Pipe)?.fileHandleForReading else { return "" }
        var text = ""
        while !text.contains("\n") {
            let part = output.availableData
            guard !part.isEmpty else {
                throw Failure.usage("a worker on this machine ended before it listened; try '… worker' by hand")
            }
            text += String(decoding: part, as: UTF8.self)
        }
        return text.split(separator: " ").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    }
}
