internal import Foundation

/// Makes, moves and removes folders, with failures in the system's words.
package enum Folder {
    /// Whether there is a folder at `path`.
    package static func exists(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Makes a folder, and those that it lies in.
    package static func make(_ path: String) throws(TensorFileError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .writing(path, error)
        }
    }

    /// Removes a folder with all that is in it; one that is not there is no failure.
    package static func remove(_ path: String) throws(TensorFileError) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            guard FileManager.default.fileExists(atPath: path) else { return }
            throw .writing(path, error)
        }
    }

    /// Gives a folder another name beside its own, for good: the new name is there also after the machine fails.
    package static func rename(_ path: String, to name: String) throws(TensorFileError) {
        guard Foundation.rename(path, name) == 0 else {
            throw .writing(name, errno)
        }
        let slash = name.utf8.lastIndex(of: UInt8(ascii: "/"))
        try AtomicFile.syncFolder(slash.map { String(name[...$0]) } ?? "./", of: name)
    }
}
