internal import Foundation
internal import Runtime
internal import TensorFiles

/// The folder of a run. Nothing in it is ever half written under its final name.
struct RunFolder {
    let path: String
    /// The folders that were made for it, the innermost last.
    private var made: [String]

    private let lock: OutputLock?

    /// Makes the folder, for this run alone.
    ///
    /// - Throws: ``Failure`` where it cannot be used: it holds a run already, or another is at work in it.
    init(_ path: String) throws {
        guard !path.isEmpty else { throw Failure.usage("--output is empty; name a folder, or leave it out") }
        try RunFolder.checkEmpty(path)
        self.path = path
        made = RunFolder.missing(path)
        do throws(TensorFileError) {
            try Folder.make(path)
        } catch {
            throw Failure.usage(
                "\(path): the folder cannot be made (\(RunFolder.reason(error))); choose another --output")
        }
        lock = try RunFolder.lock(path, advice: "wait for its end, or choose another --output")
        // One that was at work when this one looked may have ended since.
        try RunFolder.checkEmpty(path)
    }

    /// Makes a folder whose name nobody has taken, for a run of the graph of this name.
    ///
    /// - Throws: ``Failure`` where none can be made.
    init(forRunOf graph: String) throws {
        let names = RunFolder.newPaths(graph)
        let missing = RunFolder.missing(names[0])
        do throws(TensorFileError) {
            try Folder.make("runs")
        } catch {
            throw Failure.usage(
                "runs: the folder cannot be made (\(RunFolder.reason(error))); choose another with --output")
        }
        // Another run that begins at this moment makes the same name, or this one.
        guard let own = names.first(where: { mkdir($0, 0o777) == 0 || errno != EEXIST }) else {
            throw Failure.usage("\(names[0]): this and \(names.count - 1) more are taken; choose another with --output")
        }
        try self.init(own)
        made = missing.dropLast() + [own]
    }

    /// The folder of a run that is gone on with.
    ///
    /// - Parameter lock: Taken before anything was read there.
    init(resuming path: String, lock: OutputLock?) {
        self.path = path
        self.lock = lock
        made = []
    }

    /// Keeps other runs out of a folder.
    ///
    /// - Parameter advice: What to do where one is at work there.
    /// - Throws: ``Failure`` where one is.
    static func lock(_ path: String, advice: String) throws -> OutputLock? {
        do throws(OutputLock.Held) {
            return try OutputLock(folder: path)
        } catch {
            let holder = error.holder.isEmpty ? "" : " (\(error.holder))"
            throw Failure.usage("\(path): a run is at work in this folder\(holder); \(advice)")
        }
    }

    /// Lets other runs in again.
    func unlock() {
        lock?.release()
    }

    private static func checkEmpty(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: "\(path)/run.json") else {
            throw Failure.usage(
                "\(path): this folder holds a run already; choose another --output, or go on with --resume \(path)")
        }
        // What a run leaves that was killed before its end is no loss; of others, files would be written over.
        let leftovers: Set = ["graph.dot", "checkpoint.new", OutputLock.name]
        let others = (try? FileManager.default.contentsOfDirectory(atPath: path))?.filter { name in
            !leftovers.contains(name) && !name.hasPrefix(AtomicFile.temporaryPrefix)
                && !Folder.exists("\(path)/\(name)")
        }
        if let other = others?.min() {
            throw Failure.usage(
                "\(path): this folder holds something else already, such as '\(other)'; choose an --output that is new or empty"
            )
        }
    }

    private static func reason(_ error: TensorFileError) -> String {
        guard case .unwritable(_, let reason) = error else { return "\(error)" }
        return reason
    }

    /// Of a folder and those that it lies in, the ones that are not there, the innermost last.
    private static func missing(_ path: String) -> [String] {
        let parts = path.split(separator: "/")
        let paths = parts.indices.map { (path.hasPrefix("/") ? "/" : "") + parts[...$0].joined(separator: "/") }
        return paths.filter { !FileManager.default.fileExists(atPath: $0) }
    }

    /// Takes back what was made for a run that did not begin.
    func discard() {
        unlock()
        guard !made.isEmpty else { return }
        unlink("\(path)/graph.dot")
        for folder in made.reversed() { rmdir(folder) }
    }

    /// `runs/pnp-2026-01-31-120000`, and the same with numbers behind.
    private static func newPaths(_ name: String) -> [String] {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd-HHmmss"
        // A graph's name may hold anything; here it must stay one part of a path.
        let plain = name.prefix(100).map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" }
        let first = "runs/\(plain.isEmpty ? "graph" : String(plain))-\(format.string(from: Date()))"
        return [first] + (2...99).map { "\(first)-\($0)" }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: "\(path)/\(name)")
    }

    /// The iterations in the run's `metrics.csv`, up to the one it is gone on from.
    func records(upTo last: Int) -> [IterationRecord] {
        guard let data = PlainFile.contents("\(path)/metrics.csv") else { return [] }
        return MetricsTable.records(String(decoding: data, as: UTF8.self)).filter {
            $0.iteration > 0 && $0.iteration <= last
        }
    }
}
