internal import Foundation
internal import Runtime
internal import TensorFiles

/// The folder of a run. Nothing in it is ever half written under its final name.
struct RunFolder {
    let path: String

    /// Makes the folder; one that holds a run already is used only to resume that run.
    ///
    /// - Throws: ``Failure`` where it cannot be used.
    init(_ path: String, isResumed: Bool) throws {
        self.path = path
        guard isResumed || !FileManager.default.fileExists(atPath: "\(path)/run.json") else {
            throw Failure.usage(
                "\(path): this folder holds a run already; choose another --output, or go on with --resume \(path)")
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure.usage("\(path): the folder cannot be made; choose another --output")
        }
    }

    /// `runs/pnp-2026-01-31-120000`, with a number behind where that exists.
    static func newPath(_ name: String) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd-HHmmss"
        let first = "runs/\(name)-\(format.string(from: Date()))"
        let names = [first] + (2...99).map { "\(first)-\($0)" }
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? first
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: "\(path)/\(name)")
    }

    /// The iterations in the `metrics.csv` of the run that is gone on with.
    func earlierRecords(before records: [IterationRecord]) -> [IterationRecord] {
        guard let text = try? String(contentsOfFile: "\(path)/metrics.csv", encoding: .utf8) else { return [] }
        let first = records.first { $0.iteration > 0 }?.iteration ?? 1
        return MetricsTable.records(text).filter { $0.iteration > 0 && $0.iteration < first }
    }
}
