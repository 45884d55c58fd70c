internal import Foundation
internal import Tensors

/// A plain file open for reading, closed exactly once.
struct InputFile: ~Copyable {
    let path: String
    /// Bytes in the file when it was opened.
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws(TensorFileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .unusablePath(path) }
        // O_NONBLOCK: opening a pipe must not wait for a writer, since pipes are refused below.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .opening(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .unreadable(path: path, reason: systemText(code))
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            close(descriptor)
            throw kind == S_IFDIR ? .folder(path: path) : .notAFile(path: path)
        }
        self.path = path
        size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The next `count` bytes; truncated if the file ends before.
    mutating func read(_ count: Int) throws(TensorFileError) -> [UInt8] {
        guard MemoryRoom.has(count) else { throw .noMemory(path: path, bytes: count) }
        var bytes = [UInt8](repeating: 0, count: count)
        let outcome = bytes.withUnsafeMutableBytes { fill($0) }
        try check(outcome, wanted: count)
        return bytes
    }

    /// Fills `buffer` with the next bytes; truncated if the file ends before.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
        try check(fill(buffer), wanted: buffer.count)
    }

    /// Fills `buffer` with the bytes from `offset` on, wherever the next ones are; truncated if the file ends before.
    func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
        guard offset >= 0 else { throw .truncated(path: path, needed: 0, found: size) }
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
            if count > 0 {
                filled += count
            } else if count == 0 {
                throw .truncated(path: path, needed: offset + buffer.count, found: offset + filled)
            } else if errno != EINTR {
                throw .unreadable(path: path, reason: systemText(errno))
            }
        }
    }

    /// Everything from here to the end.
    mutating func readRest() throws(TensorFileError) -> [UInt8] {
        let position = Int(lseek(descriptor, 0, SEEK_CUR))
        return try read(max(size - position, 0))
    }

    private enum Outcome {
        case done
        case ended(after: Int)
        case failed(Int32)
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = Foundation.read(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                filled += count
            } else if count == 0 {
                return .ended(after: filled)
            } else if errno != EINTR {
                return .failed(errno)
            }
        }
        return .done
    }

    private func check(_ outcome: Outcome, wanted: Int) throws(TensorFileError) {
        switch outcome {
        case .done: return
        case .ended(let count): throw .truncated(path: path, needed: wanted, found: count)
        case .failed(let code): throw .unreadable(path: path, reason: systemText(code))
        }
    }
}

/// The system's own words for an `errno`.
func systemText(_ code: Int32) -> String {
    String(cString: strerror(code))
}

extension TensorFileError {
    /// What it means that a file at `path` did not open.
    static func opening(_ path: String, _ code: Int32) -> TensorFileError {
        switch code {
        case ENOENT, ENOTDIR: .missing(path: path)
        case EACCES, EPERM: .notPermitted(path: path)
        default: .unreadable(path: path, reason: systemText(code))
        }
    }
}
