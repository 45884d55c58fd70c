internal import Glibc
internal import Synchronization

/// Memory could not be had.
package struct MemoryShortage: Error, Equatable, CustomStringConvertible {
    /// Bytes that were asked for at once.
    package let bytes: Int

    package init(bytes: Int) {
        self.bytes = bytes
    }

    package var description: String {
        "out of memory: \(bytes) bytes more are not to be had; raise the limit where there is one (ulimit -v, ulimit -d), or "
            + "use smaller tiles, a smaller image or fewer threads"
    }
}

/// Asks for memory in such a way that a program can say so where there is none: the allocations of Swift and of most
/// libraries end it.
///
/// What is large is asked for here, and had only if some is left over then. So there is always some for all that is small.
package enum MemoryRoom {
    /// What is left over, for what nobody asks for.
    package static let reserve = 32 << 20
    /// Less than this is small.
    private static let smallest = 1 << 16
    /// One at a time, or two could count on the same bytes.
    private static let turn = Mutex(())
    private static let handler = Mutex<(@Sendable (MemoryShortage) -> Never)?>(nil)
    private static let isOver = Atomic<Bool>(false)

    /// Whether so many bytes can be had now, for an array of Swift's.
    package static func has(_ bytes: Int) -> Bool {
        bytes < smallest || turn.withLock { _ in isFree(bytes) }
    }

    /// What becomes of the program where memory is asked for that must be had.
    package static func onShortage(_ handler: @escaping @Sendable (MemoryShortage) -> Never) {
        MemoryRoom.handler.withLock { $0 = handler }
    }

    /// Ends the program with the words for a shortage.
    static func end(_ shortage: MemoryShortage) -> Never {
        // Of several threads that run short, one says so.
        while isOver.exchange(true, ordering: .sequentiallyConsistent) { sleep(1) }
        if let handler = handler.withLock({ $0 }) { handler(shortage) }
        let line = Array("\(shortage)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        _exit(1)
    }

    /// Memory that `free` gives back; `nil` where there is none.
    static func allocate(_ bytes: Int, alignment: Int) -> UnsafeMutableRawPointer? {
        guard bytes >= smallest else { return aligned(bytes, alignment) }
        return turn.withLock { _ in isFree(bytes) ? aligned(bytes, alignment) : nil }
    }

    private static func aligned(_ bytes: Int, _ alignment: Int) -> UnsafeMutableRawPointer? {
        var memory: UnsafeMutableRawPointer?
        return posix_memalign(&memory, alignment, bytes) == 0 ? memory : nil
    }

    /// Whether the system would give so much and the reserve; nothing is touched, so it takes a microsecond.
    private static func isFree(_ bytes: Int) -> Bool {
        let (all, isTooMuch) = bytes.addingReportingOverflow(reserve)
        guard !isTooMuch else { return false }
        let probe = mmap(nil, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard probe != MAP_FAILED else { return false }
        munmap(probe, all)
        return true
    }
}
