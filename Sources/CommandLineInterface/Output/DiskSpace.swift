internal import Foundation
internal import TensorFiles

/// Refuses what would not fit on the disk, before anything is begun.
enum DiskSpace {
    /// A file that is going to be written.
    struct File {
        /// Its name in the folder, which may lead through others.
        let name: String
        /// Bytes that it takes at most, and at least.
        let most: Int
        let least: Int

        init(_ name: String, most: Int, least: Int = 0) {
            self.name = name
            self.most = most
            self.least = least
        }
    }

    /// - Parameters:
    ///   - files: In the order in which they are written; each beside the one that it replaces, which goes then.
    ///   - folder: Where they go; it may still be missing.
    ///   - what: What writes them, for messages.
    /// - Throws: ``Failure`` where they do not fit, or one is longer than files may be.
    static func check(_ files: [File], in folder: String, what: String) throws {
        if let limit = FileSizeLimit.bytes, let file = files.first(where: { $0.least > limit }) {
            throw Failure.usage(
                "\(folder)/\(file.name): it takes \(file.least) bytes, and files may have \(limit) here; "
                    + "raise that limit (ulimit -f)")
        }
        guard let space = freeSpace(folder) else { return }
        let needed = needed(files, in: folder, block: space.block)
        guard needed > space.bytes else { return }
        throw Failure.usage(
            "\(folder): \(what) takes up to \(needed) bytes there, and \(space.bytes) are free; make room, or choose another "
                + "place")
    }

    /// The most that is taken at any moment beyond what is taken now.
    static func needed(_ files: [File], in folder: String, block: Int) -> Int {
        // Folders take some, too.
        var taken = 4 * block
        var most = taken
        for file in files {
            taken += blocks(file.most, block)
            most = max(most, taken)
            var status = stat()
            if lstat("\(folder)/\(file.name)", &status) == 0 { taken -= blocks(Int(status.st_size), block) }
        }
        return most
    }

    private static func blocks(_ bytes: Int, _ block: Int) -> Int {
        (bytes + block - 1) / block * block
    }

    /// What this user may still write to the file system of a folder, or of the nearest around it that there is; `nil` where
    /// that is not known.
    private static func freeSpace(_ folder: String) -> (bytes: Int, block: Int)? {
        var place = URL(filePath: folder.isEmpty ? "." : folder).standardizedFileURL
        var found = statvfs()
        while statvfs(place.path(percentEncoded: false), &found) != 0 {
            guard errno == ENOENT, place.pathComponents.count > 1 else { return nil }
            place.deleteLastPathComponent()
        }
        // Some file systems do not tell.
        guard found.f_blocks > 0, found.f_frsize > 0 else { return nil }
        let blocks = geteuid() == 0 ? found.f_bfree : found.f_bavail
        let (bytes, isTooMuch) = Int(clamping: blocks).multipliedReportingOverflow(by: Int(clamping: found.f_frsize))
        return (isTooMuch ? Int.max : bytes, Int(clamping: found.f_frsize))
    }
}
