internal import Foundation
internal import Launching

/// Keeps a second run out of a folder for as long as one works in it, by a lock on a file there.
///
/// The system lets go of a lock when its holder ends, however that happens: what a crash leaves behind is a file that
/// nobody holds, and the next run takes it.
final class OutputLock {
    /// Another process works in the folder.
    struct Held: Error {
        /// What it says of itself, such as `process 1234 on lab7`; empty where it says nothing.
        let holder: String
    }

    static let name = ".lock"

    private let path: String
    private var descriptor: Int32

    /// - Throws: ``Held`` where another holds it.
    /// - Returns: `nil` where nothing can be locked: in a folder that is not there or that nobody may write to, and on file
    ///   systems without locks.
    init?(folder: String) throws(Held) {
        let path = "\(folder)/\(OutputLock.name)"
        guard let descriptor = try OutputLock.take(path) else { return nil }
        self.path = path
        self.descriptor = descriptor
        let words = Array("process \(getpid()) on \(OwnAddress.name)\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, words, words.count, 0)
    }

    deinit { release() }

    /// Lets go.
    func release() {
        guard descriptor >= 0 else { return }
        // While it is held: whoever opened it meanwhile finds that the name is gone, and makes a new one.
        unlink(path)
        close(descriptor)
        descriptor = -1
    }

    private static func take(_ path: String) throws(Held) -> Int32? {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
            guard descriptor >= 0 else { return nil }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let isHeld = errno == EWOULDBLOCK
                let holder = text(descriptor)
                close(descriptor)
                guard isHeld else { return nil }
                throw Held(holder: holder)
            }
            if isNamed(descriptor, path) { return descriptor }
            // The one who held it has removed it since it was opened.
            close(descriptor)
        }
    }

    /// Whether the open file is the one that the name leads to.
    private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var (open, named) = (stat(), stat())
        guard fstat(descriptor, &open) == 0, stat(path, &named) == 0 else { return false }
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }

    private static func text(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 300)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        return text.filter { $0.isASCII && $0 >= " " }
    }
}
