internal import Foundation
package import TensorFiles

/// A file of the coordinator's, of which ranges are read: what has come is kept for a while, so that rows of a box that lie
/// close together come at once.
package final class RemoteFile: ByteSource {
    package let path: String
    package let count: Int

    private let fetch: (Range<Int>) throws -> [UInt8]
    /// Windows of the file that have come, the latest last.
    private var windows: [(start: Int, bytes: [UInt8])] = []

    private static let window = 2 * GraphFileServer.partBytes
    private static let mostWindows = 8

    /// - Parameters:
    ///   - count: Bytes of the file.
    ///   - fetch: Gets some of them.
    package init(_ path: String, count: Int, fetch: @escaping (Range<Int>) throws -> [UInt8]) {
        self.path = path
        self.count = count
        self.fetch = fetch
    }

    package func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
        guard offset >= 0, offset + buffer.count <= count else {
            throw .truncated(path: path, needed: offset + buffer.count, found: count)
        }
        var done = 0
        while done < buffer.count {
            let place = offset + done
            let window = try window(at: place / RemoteFile.window * RemoteFile.window)
            let own = window.bytes[(place - window.start)...].prefix(buffer.count - done)
            UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + own.count]).copyBytes(from: own)
            done += own.count
        }
    }

    private func window(at start: Int) throws(TensorFileError) -> (start: Int, bytes: [UInt8]) {
        if let index = windows.firstIndex(where: { $0.start == start }) {
            windows.append(windows.remove(at: index))
        } else {
            let wanted = start..<min(start + RemoteFile.window, count)
            let bytes: [UInt8]
            do {
                bytes = try fetch(wanted)
            } catch {
                throw .elsewhere(SystemReason.of(error))
            }
            guard bytes.count == wanted.count else {
                throw .truncated(path: path, needed: wanted.upperBound, found: start + bytes.count)
            }
            if windows.count == RemoteFile.mostWindows { windows.removeFirst() }
            windows.append((start, bytes))
        }
        return windows[windows.count - 1]
    }
}
