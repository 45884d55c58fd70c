internal import Foundation

/// The limit on the size of files that this program writes (`ulimit -f`, `RLIMIT_FSIZE`).
package enum FileSizeLimit {
    /// Bytes; `nil` where there is no limit.
    package static var bytes: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return nil }
        // What is no limit is the largest number there is.
        return Int(exactly: limit.rlim_cur)
    }

    /// Has a write beyond the limit fail, as any other may, instead of ending the program without a word.
    package static func reportWrites() {
        signal(SIGXFSZ, SIG_IGN)
    }
}
