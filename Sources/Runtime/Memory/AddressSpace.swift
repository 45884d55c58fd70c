internal import Foundation
internal import Tensors

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

    package init(option: String, limit: Int, used: Int) {
        self.option = option
        self.limit = limit
        self.used = used
    }

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
        // A worker's threads are itself and those that help it: oneDNN's own, and those that loops are shared out to.
        let helping = workers.reduce(0) { $0 + max(0, $1 - 1) }
        let threads = helping + min(helping, ProcessInfo.processInfo.activeProcessorCount) + spareThreads
        return workers.count * workerStackBytes + threads * stackBytes + spareBytes
    }

    /// The stack of a thread that computes for a worker.
    package static let workerStackBytes = 16 << 20

    /// Of the system's own pool.
    private static let spareThreads = 1
    /// What is always left over, and code that is made at run time, the plans of transforms and what is said.
    private static let spareBytes = MemoryRoom.reserve + (24 << 20)

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
