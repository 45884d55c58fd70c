internal import Foundation
package import Scheduling
internal import TensorFiles

/// Keeps what was measured in a file, for as long as program, processors and libraries stay what they are.
package struct SpeedCache: Sendable {
    /// What speeds depend on, and they.
    private struct Record: Codable {
        let program: String
        let processor: String
        let versions: [String: String]
        let speeds: MachineSpeeds
        /// Until when the speeds count that were measured while other programs ran, in seconds since 1970; the others count
        /// for good.
        let expires: Double?
    }

    /// Seconds that speeds count which other programs disturbed: measured at every start they would cost more than they are
    /// worth, and kept for good they would be wrong for good.
    private static let patience = 600.0

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
    ///   - processors: that programs may use.
    ///   - anew: Whether they are measured in any case.
    ///   - time: Seconds since 1970.
    ///   - measure: With whether other programs got in the way.
    /// - Throws: what `measure` throws.
    package func speeds(
        processors: Int, anew: Bool = false, time: Double = Date().timeIntervalSince1970,
        measure: () throws -> (speeds: MachineSpeeds, isDisturbed: Bool)
    ) rethrows -> MachineSpeeds {
        // Containers and batch systems give a program other numbers of processors on one machine.
        let path = "\(folder)/speeds-\(processors)-processors.json"
        if !anew, let known = read(path, processors, time) { return known }
        let (speeds, isDisturbed) = try measure()
        let record = Record(
            program: program, processor: SpeedCache.processor, versions: versions, speeds: speeds,
            expires: isDisturbed ? time + SpeedCache.patience : nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        if let data = try? encoder.encode(record) {
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? PlainFile.write(data, to: path)
        }
        return speeds
    }

    private func read(_ path: String, _ processors: Int, _ time: Double) -> MachineSpeeds? {
        guard let data = PlainFile.contents(path),
            let known = try? JSONDecoder().decode(Record.self, from: data), known.program == program,
            known.processor == SpeedCache.processor, known.versions == versions,
            known.speeds.processors == processors, known.speeds.complaint == nil,
            known.expires.map({ time < $0 && $0 <= time + SpeedCache.patience }) ?? true
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
