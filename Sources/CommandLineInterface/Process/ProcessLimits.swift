internal import Foundation
internal import Runtime
internal import TensorFiles
internal import Tensors

/// Has what the system ends a process for be told in words, where it can be.
enum ProcessLimits {
    /// Less than this does not even let a graph be read.
    private static let leastBytes = 24 << 20

    /// Called once, before anything is done.
    ///
    /// - Returns: `false` where nothing can be done, which it has said then.
    static func prepare() -> Bool {
        FileSizeLimit.reportWrites()
        MemoryRoom.onShortage { shortage in
            Terminal.error("\(shortage)")
            // Nothing more is done that may need memory.
            _exit(1)
        }
        guard let space = AddressSpace.current else { return true }
        guard space.free >= leastBytes else {
            let enough = space.used + leastBytes
            Terminal.error(
                "the limit of \(megabytes(space.limit)) on the memory of this process leaves nothing to work with; raise it "
                    + "to \(enough) bytes at least (ulimit \(space.option) \((enough + 1023) / 1024))")
            return false
        }
        // What is small and fails all the same ends Swift's runtime and libraries after a line of theirs; no report of a
        // crash is due then.
        _ = lastWords
        signal(SIGABRT) { _ in
            _ = write(STDERR_FILENO, lastWords.start, lastWords.count)
            _exit(1)
        }
        return true
    }
}

/// Safe: it is never written.
nonisolated(unsafe) private let lastWords: (start: UnsafeMutablePointer<CChar>?, count: Int) = {
    let line = "\(Tool.configuration.name): out of memory; raise the limit on this process (ulimit -v, ulimit -d)\n"
    return (strdup(line), line.utf8.count)
}()
