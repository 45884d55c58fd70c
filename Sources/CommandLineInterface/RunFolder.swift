internal import Foundation
internal import Runtime
internal import TensorFiles

/// The folder of a run. Nothing in it is ever half written under its final name.
struct RunFolder {
    let path: String
    /// The folders that were made for it, the innermost last.
    private let made: [String]

    /// Makes the folder; one that holds a run already is used only to resume that run.
    ///
    /// - Throws: ``Failure`` where it cannot be used.
    init(_ path: String, isResumed: Bool) throws {
        self.path = path
        made = RunFolder.missing(path)
        guard isResumed || !FileManager.default.fileExists(atPath: "\(path)/run.json") else {
            throw Failure.usage(
                "\(path): this folder holds a run already; choose another --output, or go on with --resume \(path)")
        }
        guard !path.isEmpty else { throw Failure.usage("--output is empty; name a folder, or leave it out") }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure.usage("\(path): the folder cannot be made (\(reason(error))); choose another --output")
        }
    }

    /// Of a folder and those that it lies in, the ones that are not there, the innermost last.
    private static func missing(_ path: String) -> [String] {
        let parts = path.split(separator: "/")
        let paths = parts.indices.map { (path.hasPrefix("/") ? "/" : "") + parts[...$0].joined(separator: "/") }
        return paths.filter { !FileManager.default.fileExists(atPath: $0) }
    }

    /// Takes back what was made for a run that did not begin.
    func discard() {
        guard !made.isEmpty else { return }
        unlink("\(path)/graph.dot")
        for folder in made.reversed() { rmdir(folder) }
    }

    /// `runs/pnp-2026-01-31-120000`, with a number behind where that exists.
    static func newPath(_ name: String) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd-HHmmss"
        // A graph's name may hold anything; here it must stay one part of a path.
        let plain = name.prefix(100).map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" }
        let first = "runs/\(plain.isEmpty ? "graph" : String(plain))-\(format.string(from: Date()))"
        let names = [first] + (2...99).map { "\(first)-\($0)" }
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? first
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: "\(path)/\(name)")
    }

    /// The iterations in the run's `metrics.csv`, up to the one it is gone on from.
    func records(upTo last: Int) -> [IterationRecord] {
        guard let text = try? String(contentsOfFile: "\(path)/metrics.csv", encoding: .utf8) else { return [] }
        return MetricsTable.records(text).filter { $0.iteration > 0 && $0.iteration <= last }
    }
}

/// The system's own words where Foundation passes them on, else its own.
private func reason(_ error: any Error) -> String {
    let own = error as NSError
    guard let cause = own.userInfo[NSUnderlyingErrorKey] as? any Error, let code = posixCode(cause) else {
        return own.localizedDescription
    }
    return String(cString: strerror(code))
}

private func posixCode(_ error: any Error) -> Int32? {
    let error = error as NSError
    return error.domain == NSPOSIXErrorDomain ? Int32(exactly: error.code) : nil
}
