package import Foundation
internal import Messaging
internal import TensorFiles

/// Files that came from coordinators, by the hash of what is in them, so that each comes once.
package struct FileStore: Sendable {
    private let folder: String

    /// - Throws: ``RunError/data(_:)`` where the folder cannot be made.
    package init(folder: String) throws(RunError) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .data(
                "\(SystemReason.of(error, at: folder)); it cannot be made a folder for data, so name another with --data"
            )
        }
    }

    /// The file of that content, if it is here; it keeps the ending of its path elsewhere.
    ///
    /// - Parameter bytes: How long it is; one of another length is damaged, and comes anew.
    package func path(hash: String, of origin: String, bytes: Int? = nil) -> String? {
        let path = location(hash, origin)
        guard let file = try? LocalFile(path) else { return nil }
        return bytes == nil || file.count == bytes ? path : nil
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
