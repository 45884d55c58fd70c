internal import Foundation

/// How many arenas the allocator of glibc keeps: by default several for each processor, so that threads do not wait for each
/// other, and each reserves 64 MiB of addresses or more. Where these are limited, a run has better use for them.
///
/// The library reads the variable once, when a program starts.
package enum AllocatorArenas {
    /// The variable that tells glibc how many there may be.
    package static let variable = "MALLOC_ARENA_MAX"

    /// The value to set; `nil` where it is set or nothing is limited.
    ///
    /// - Parameter isLimited: Whether there is a limit on the memory of this process.
    package static func mend(environment: [String: String], isLimited: Bool = isLimited) -> String? {
        isLimited && environment[variable, default: ""].isEmpty ? "1" : nil
    }

    /// Whether there is a limit on the addresses of this process (`ulimit -v`), or on those that it may write to
    /// (`ulimit -d`).
    package static var isLimited: Bool {
        [RLIMIT_AS, RLIMIT_DATA].contains { resource in
            var limit = rlimit()
            // What is no limit is the largest number there is.
            return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0
                && Int(exactly: limit.rlim_cur) != nil
        }
    }
}
