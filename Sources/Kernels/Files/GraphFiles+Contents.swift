internal import Foundation
internal import GraphModel
internal import Synchronization
internal import TensorFiles

extension GraphFiles {
    /// What a file holds, by its hash (SHA-256), and how much.
    package struct Content: Hashable, Sendable {
        package let hash: String
        package let bytes: Int
        /// By which it shows that the file has been written since.
        fileprivate let stamp: FileStamp?
    }

    /// What the file at a path of the graph holds; it is looked at once, and anew when it has been written.
    ///
    /// - Throws: where it cannot be read.
    package func content(of path: String) throws -> Content {
        let source = try source(path)
        var stamp: FileStamp?
        if case .file(let place) = source { stamp = FileStamp(place) }
        if let known = contents.withLock({ $0[path] }), known.stamp == stamp { return known }
        let content: Content
        switch source {
        case .bundled(let weights):
            let bytes = weights.bytes
            content = Content(hash: ContentHash.of(bytes), bytes: bytes.count, stamp: nil)
        case .held(let bytes, _):
            content = Content(hash: ContentHash.of(bytes), bytes: bytes.count, stamp: nil)
        case .file(let place):
            let (hash, bytes) = try ContentHash.measure(place)
            content = Content(hash: hash, bytes: bytes, stamp: stamp)
        }
        contents.withLock { $0[path] = content }
        return content
    }

    /// The hash of each file that was asked for so far, weights that the program comes with among them, by its path in the
    /// graph. What can be read only once, such as a pipe, is left out.
    ///
    /// - Throws: where a file cannot be read.
    package func contentHashes() throws -> [String: String] {
        var hashes: [String: String] = [:]
        for (file, fact) in facts where hashes[file.path] == nil {
            let path = file.path
            if case .unreadable = fact { continue }
            if case .file(let place) = try source(path), !isPlainFile(place) { continue }
            hashes[path] = try content(of: path).hash
        }
        return hashes
    }
}

/// Whether there is a file at `path`, or a link to one, that can be read time and again.
private func isPlainFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// What changes when a file is written.
private struct FileStamp: Hashable, Sendable {
    private let size: Int64
    private let inode: UInt64
    private let seconds: Int
    private let nanoseconds: Int

    /// `nil` where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        size = Int64(status.st_size)
        inode = UInt64(status.st_ino)
        #if canImport(Darwin)
            (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #else
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #endif
    }
}
