internal import Foundation

/// A limit on the memory of this process, as batch systems set them: on its addresses (`ulimit -v`) or on those of them that
/// it may write to (`ulimit -d`).
///
/// More counts against it than what a plan holds: code, and the stacks of threads.
package struct AddressSpace: Equatable, Sendable {
    /// The option of `ulimit` that sets it.
    package let option: String
    /// Bytes.
    package let limit: Int
    /// Bytes of it that are taken.
    package let used: Int

    package var free: Int { max(0, limit - used) }

    /// The limit that leaves the least; `nil` where there is none.
    package static var current: AddressSpace? {
        let limits = [
            ("-v", __rlimit_resource_t(RLIMIT_AS.rawValue), "VmSize:"),
            ("-d", __rlimit_resource_t(RLIMIT_DATA.rawValue), "VmData:"),
        ]
        return limits.compactMap { option, resource, name -> AddressSpace? in
            var limit = rlimit()
            // What is no limit is the largest number there is.
            guard getrlimit(resource, &limit) == 0, let bytes = Int(exactly: limit.rlim_cur) else { return nil }
            return AddressSpace(option: option, limit: bytes, used: processBytes(name) ?? 0)
        }.min { $0.free < $1.free }
    }

    /// Bytes that a run takes beside what its plan says: the stacks of threads, and some for all that is small.
    ///
    /// - Parameters:
    ///   - workers: In this process, each with the threads that it computes with.
    package static func overhead(workers: [Int]) -> Int {
        let stack = stackBytes
        let own = workers.count * workerStackBytes
        // Those of oneDNN and those that share out loops, which come and go.
        let computing = workers.reduce(0) { $0 + max(0, $1 - 1) } + min(workers.reduce(0, +), processors)
        return own + (computing + spareThreads) * stack + spareBytes
    }

    /// The stack of a thread that computes for a worker.
    package static let workerStackBytes = 16 << 20

    /// For signals, messages and the pool of the system's.
    private static let spareThreads = 4
    /// For code that is made at run time, the plans of transforms, what is said, and what is always left over.
    private static let spareBytes = 80 << 20

    private static var processors: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// Bytes of a thread's stack where nothing else is asked for.
    private static var stackBytes: Int {
        withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
            var size = 0
            guard let attributes = memory.baseAddress, pthread_attr_init(attributes) == 0 else { return 8 << 20 }
            defer { pthread_attr_destroy(attributes) }
            return pthread_attr_getstacksize(attributes, &size) == 0 && size > 0 ? size : 8 << 20
        }
    }
}
