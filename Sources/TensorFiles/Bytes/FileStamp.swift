internal import Foundation

/// What changes when a file is written.
package struct FileStamp: Hashable, Sendable {
    private let size: Int64
    private let inode: UInt64
    private let seconds: Int
    private let nanoseconds: Int

    /// `nil` where there is no such file.
    package init?(_ path: String) {
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
