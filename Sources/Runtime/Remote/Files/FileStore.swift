package import Foundation
internal import Messaging
internal import Synchronization
internal import TensorFiles

/// Files that came from coordinators, by the hash of what is in them, so that each comes once.
package final class FileStore: Sendable {
    private let folder: String
    /// Files that hold what their names say, as they were when that was looked at: once in each process, as it takes a
    /// second for each half gigabyte or so.
    private let looked = Mutex<[String: FileStamp]>([:])

    /// - Throws: ``RunError/data(_:)`` where the folder cannot be made, or nothing be written there.
    package init(folder: String) throws(RunError) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .data(
                "\(SystemReason.of(error, at: folder)); it cannot be made a folder for data, so name another with --data"
            )
        }
        // Told now, and not when a run has been planned and its first file comes.
        let trial = "\(folder)/.trial-\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(trial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .data(
                "\(folder): \(SystemReason.of(errno)); files of runs cannot be kept there, so name another folder with --data"
            )
        }
        close(descriptor)
        unlink(trial)
    }

    /// The file of that content, if it is here and not damaged, else it comes anew; it keeps the ending of its path elsewhere.
    package func path(hash: String, of origin: String) -> String? {
        let path = location(hash, origin)
        guard let stamp = FileStamp(path) else { return nil }
        if looked.withLock({ $0[path] }) == stamp { return path }
        guard (try? ContentHash.ofFile(path)) == hash, FileStamp(path) == stamp else { return nil }
        looked.withLock { $0[path] = stamp }
        return path
    }

    /// Keeps a file whose contents `write` appends, part by part.
    ///
    /// - Parameter origin: Its path elsewhere.
    /// - Throws: ``RunError/data(_:)`` where the contents are others than the hash says; what `write` and the disk say.
    package func add(hash: String, of origin: String, _ write: (FileHandle) throws -> Void) throws -> String {
        let path = location(hash, origin)
        // What ends it, where that is not the disk.
        var reason: (any Error)?
        do {
            try AtomicFile.write(to: path) { temporary throws(TensorFileError) in
                guard FileManager.default.createFile(atPath: temporary, contents: nil),
                    let handle = FileHandle(forWritingAtPath: temporary)
                else { throw .unwritable(path: path, reason: SystemReason.of(errno)) }
                do {
                    try write(handle)
                    try handle.close()
                } catch {
                    if error is RunError || error is MessagingError { reason = error }
                    throw .writing(path, error)
                }
                guard try ContentHash.ofFile(temporary) == hash else {
                    reason = RunError.data(
                        "\(origin): the file has changed while it was sent; leave it as it is until the run begins")
                    throw .unwritable(path: path, reason: "")
                }
            }
        } catch {
            throw reason ?? error
        }
        looked.withLock { $0[path] = FileStamp(path) }
        return path
    }

    private func location(_ hash: String, _ origin: String) -> String {
        let ending = fileEnding(origin)
        return "\(folder)/\(hash)" + (ending.isEmpty ? "" : ".\(ending)")
    }
}

/// The ending of a path: letters and digits after the last dot, if there are few.
func fileEnding(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    let ending = name[name.index(after: dot)...]
    return ending.utf8.count <= 16 && ending.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        ? String(ending) : ""
}
