internal import Foundation
internal import Synchronization
internal import Tensors

/// Pipes and standard input: what is in them can be read once, and is kept from then on.
package enum ByteStream {
    /// Stands for standard input, or standard output, where a path is expected.
    package static let dash = "-"

    private struct Reading {
        let purpose: String
        let bytes: [UInt8]
    }

    private static let readings = Mutex<[String: Reading]>([:])
    /// Bytes of a stream at most: somewhat more than the largest picture takes.
    private static let longest = 5_000_000_000

    /// Whether `path` leads to a stream: standard input, a pipe, or what a shell puts in place of `<(…)`.
    package static func isOne(_ path: String) -> Bool {
        if isStandardInput(path) {
            // A file sent into the program can be read like any other, but not from a path that is no file's.
            return path == dash || kind(of: path) != S_IFREG
        }
        return kind(of: path) == S_IFIFO
    }

    /// How messages call `path`.
    package static func name(_ path: String) -> String { path == dash ? "standard input" : path }

    /// Whether `path` stands for standard output.
    package static func isStandardOutput(_ path: String) -> Bool {
        [dash, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(path)
    }

    /// All that comes out of a stream.
    ///
    /// - Parameter purpose: what it is read as, such as `the graph file`: a stream serves one.
    /// - Throws: ``TensorFileError``.
    package static func contents(of path: String, as purpose: String) throws(TensorFileError) -> [UInt8] {
        let key = isStandardInput(path) ? dash : path
        let outcome = readings.withLock { readings -> Result<[UInt8], TensorFileError> in
            if let known = readings[key] {
                return known.purpose == purpose
                    ? .success(known.bytes) : .failure(.streamTaken(path: name(path), purpose: known.purpose))
            }
            do throws(TensorFileError) {
                let bytes = try read(path)
                readings[key] = Reading(purpose: purpose, bytes: bytes)
                return .success(bytes)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private static func isStandardInput(_ path: String) -> Bool {
        [dash, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(path)
    }

    /// What sort of file a path leads to, as `stat` tells it.
    fileprivate static func kind(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func read(_ path: String) throws(TensorFileError) -> [UInt8] {
        guard !isStandardInput(path) else {
            guard isatty(STDIN_FILENO) == 0 else { throw .terminal(path: name(path)) }
            return try readToEnd(STDIN_FILENO, path)
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .opening(path, errno) }
        defer { close(descriptor) }
        return try readToEnd(descriptor, path)
    }

    private static func readToEnd(_ descriptor: Int32, _ path: String) throws(TensorFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while bytes.count <= longest {
            let count = Foundation.read(descriptor, &part, part.count)
            if count > 0 {
                // An array that grows is copied to twice the room.
                let room = bytes.count + count > bytes.capacity ? 2 * bytes.capacity + count : 0
                guard MemoryRoom.has(room) else { throw .noMemory(path: name(path), bytes: room) }
                bytes += part[..<count]
            } else if count == 0 {
                return bytes
            } else if errno != EINTR {
                throw .unreadable(path: name(path), reason: systemText(errno))
            }
        }
        throw .tooLarge(path: name(path), detail: "more than \(longest) bytes")
    }
}

/// All bytes of a file or stream.
package enum InputBytes {
    /// - Parameter purpose: what it is read as, such as `a .graph file`.
    /// - Throws: ``TensorFileError``.
    package static func read(_ path: String, as purpose: String) throws(TensorFileError) -> [UInt8] {
        guard !ByteStream.isOne(path) else { return try ByteStream.contents(of: path, as: purpose) }
        var file = try InputFile(path)
        return try file.readRest()
    }
}

/// Bytes that go to where nothing can be replaced: standard output, a pipe or a device.
package enum StreamOutput {
    /// - Throws: ``TensorFileError/unwritable(path:reason:)``.
    package static func writeToStandardOutput(_ bytes: [UInt8]) throws(TensorFileError) {
        let code = write(bytes, to: STDOUT_FILENO)
        guard code == 0 else { throw .unwritable(path: "standard output", reason: systemText(code)) }
    }

    /// Whether `path` leads to a pipe or device.
    static func isOne(_ path: String) -> Bool {
        ByteStream.kind(of: path).map { [S_IFIFO, S_IFCHR, S_IFSOCK].contains($0) } ?? false
    }

    static func write(_ bytes: [UInt8], to path: String) throws(TensorFileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemText(errno)) }
        defer { close(descriptor) }
        let code = write(bytes, to: descriptor)
        guard code == 0 else { throw .unwritable(path: path, reason: systemText(code)) }
    }

    /// 0, or an `errno`.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
