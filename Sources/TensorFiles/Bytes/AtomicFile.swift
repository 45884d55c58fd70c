internal import Foundation

/// Writes files so that a crash, also of the machine, never leaves half of one under its final name: written beside it
/// under a temporary name, synced to the disk, renamed, and the folder synced.
///
/// A file already there is replaced; of a symbolic link, the file that it leads to, which need not be there yet. A pipe or
/// device is never replaced: bytes are written to it.
package enum AtomicFile {
    /// What the names of files begin with that are being written.
    package static let temporaryPrefix = ".partial-"

    /// Writes `bytes` as the whole of the file at `path`.
    package static func write(_ bytes: some Collection<UInt8>, to path: String) throws(TensorFileError) {
        guard !StreamOutput.isOne(path) else { return try StreamOutput.write(Array(bytes), to: path) }
        try write(to: path) { (temporary) throws(TensorFileError) in
            let code =
                bytes.withContiguousStorageIfAvailable { create(temporary, UnsafeRawBufferPointer($0)) }
                ?? Array(bytes).withUnsafeBytes { create(temporary, $0) }
            guard code == 0 else { throw .writing(path, code) }
        }
    }

    /// For libraries that write a file themselves: `body` writes to the path it is given, which lies in the folder of
    /// `path`; what it wrote then becomes the file at `path`, or is removed if it throws.
    package static func write(
        to path: String, _ body: (_ temporary: String) throws(TensorFileError) -> Void
    ) throws(TensorFileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .unusablePath(path) }
        guard !StreamOutput.isOne(path) else { throw .notAFile(path: path) }
        let target = try target(of: path)
        let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(target[...$0]) } ?? "./"
        // Not made from the file's own name, which may already be as long as the system allows.
        let temporary = folder + temporaryPrefix + String(UInt64.random(in: 0...UInt64.max), radix: 16)
        do throws(TensorFileError) {
            try body(temporary)
            try sync(temporary, of: path)
            guard rename(temporary, target) == 0 else { throw .writing(path, errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncFolder(folder, of: path)
    }

    /// Where the symbolic links lead, if `path` is one, that somebody made for it to be written elsewhere.
    private static func target(of path: String) throws(TensorFileError) -> String {
        var target = path
        // As many as Linux follows.
        for _ in 0..<40 {
            var status = stat()
            guard lstat(target, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return target }
            var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(target, &bytes, bytes.count)
            guard count > 0 else { throw .writing(path, errno) }
            let link = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
            target = link.hasPrefix("/") ? link : (slash.map { String(target[...$0]) } ?? "") + link
        }
        throw .writing(path, ELOOP)
    }

    /// Creates a file that must not exist yet, and fills it; 0 or an `errno`.
    private static func create(_ path: String, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return errno }
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                let code = errno
                close(descriptor)
                return code
            }
        }
        return close(descriptor) == 0 ? 0 : errno
    }

    private static func sync(_ temporary: String, of path: String) throws(TensorFileError) {
        let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .writing(path, errno) }
        let code = fsync(descriptor) == 0 ? 0 : errno
        close(descriptor)
        guard code == 0 else { throw .writing(path, code) }
    }

    /// Makes the new name itself durable.
    static func syncFolder(_ folder: String, of path: String) throws(TensorFileError) {
        // A folder that may be written but not listed, and file systems that cannot sync folders (EINVAL), are no
        // reason to call a file unwritten that is there, and whole.
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let code = fsync(descriptor) == 0 ? 0 : errno
        close(descriptor)
        guard code == 0 || code == EINVAL else { throw .writing(path, code) }
    }
}
