internal import Foundation
package import Scheduling
internal import TensorFiles

/// Keeps what was measured in a file, for as long as program, processor and libraries stay what they are.
package struct SpeedCache: Sendable {
    /// What speeds depend on.
    private struct Record: Codable {
        let program: String
        let processor: String
        let versions: [String: String]
        let threads: Int
        let workers: Int
        var speeds: [Speeds] = []
    }

    private let folder: String
    private let program: String
    private let versions: [String: String]

    /// - Parameters:
    ///   - program: Version of this program.
    ///   - versions: Of the libraries.
    package init(folder: String, program: String, versions: [String: String]) {
        self.folder = folder
        self.program = program
        self.versions = versions
    }

    /// The speeds that are kept, or those that `measure` gives, which are kept from then on. What cannot be read is measured
    /// anew, and what cannot be written is measured again next time.
    ///
    /// - Parameters:
    ///   - threads: each worker computes with.
    ///   - workers: that compute on this machine at the same time.
    ///   - anew: Whether they are measured in any case.
    /// - Throws: what `measure` throws.
    package func speeds(
        threads: Int, workers: Int, anew: Bool = false, measure: () throws -> [Speeds]
    ) rethrows -> [Speeds] {
        var wanted = Record(
            program: program, processor: SpeedCache.processor, versions: versions, threads: threads, workers: workers)
        let path = "\(folder)/speeds-\(threads)-threads-\(workers)-workers.json"
        if !anew, let known = read(path, as: wanted) { return known }
        wanted.speeds = try measure()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        if let data = try? encoder.encode(wanted) {
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? AtomicFile.write(data, to: path)
        }
        return wanted.speeds
    }

    private func read(_ path: String, as wanted: Record) -> [Speeds]? {
        guard let data = FileManager.default.contents(atPath: path),
            let known = try? JSONDecoder().decode(Record.self, from: data), known.program == wanted.program,
            known.processor == wanted.processor, known.versions == wanted.versions, known.threads == wanted.threads,
            known.workers == wanted.workers, !known.speeds.isEmpty, known.speeds.allSatisfy({ $0.complaint == nil })
        else { return nil }
        return known.speeds
    }

    /// What Linux calls this processor.
    private static var processor: String {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "" }
        let names = ["model name", "cpu family", "model", "stepping", "CPU implementer", "CPU part", "flags"]
        // Up to the first empty line: the first processor.
        let first = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
        return first.filter { line in names.contains(line.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces)) }
            .map(String.init).joined(separator: "\n")
    }
}
