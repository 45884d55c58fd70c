internal import Tensors

/// The bytes of a file, wherever they are, read by ranges.
public protocol ByteSource: AnyObject {
    /// What messages call the file.
    var path: String { get }
    /// Bytes that there are.
    var count: Int { get }

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// - Throws: ``TensorFileError``; ``TensorFileError/truncated(path:needed:found:)`` where the file ends before.
    func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError)
}

extension ByteSource {
    /// Some of the bytes.
    ///
    /// - Throws: as ``read(from:into:)``, and where there is no memory for them.
    public func bytes(_ range: Range<Int>) throws(TensorFileError) -> [UInt8] {
        guard MemoryRoom.has(range.count) else { throw .noMemory(path: path, bytes: range.count) }
        var bytes = [UInt8](repeating: 0, count: range.count)
        var failure: TensorFileError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(TensorFileError) {
                try read(from: range.lowerBound, into: buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// A file of this machine.
public final class LocalFile: ByteSource {
    private let file: InputFile

    public var path: String { file.path }
    public var count: Int { file.size }

    /// - Throws: ``TensorFileError`` where there is no plain file to be read.
    public init(_ path: String) throws(TensorFileError) {
        file = try InputFile(path)
    }

    public func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
        try file.read(from: offset, into: buffer)
    }
}

/// Bytes that are in memory already, such as what came out of a pipe.
public final class HeldBytes: ByteSource {
    public let path: String
    private let held: [UInt8]

    public var count: Int { held.count }

    /// - Parameter path: What messages call them.
    public init(_ bytes: [UInt8], path: String) {
        held = bytes
        self.path = path
    }

    public func read(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
        guard offset >= 0, offset + buffer.count <= held.count else {
            throw .truncated(path: path, needed: offset + buffer.count, found: held.count)
        }
        buffer.copyBytes(from: held[offset..<offset + buffer.count])
    }
}
