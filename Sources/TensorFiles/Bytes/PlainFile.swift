package import Foundation

/// Files that the program keeps for itself. What else stands under their names, such as a pipe, for whose other end it would
/// wait for ever, counts as nothing.
package enum PlainFile {
    /// What is in it; `nil` where there is no plain file that can be read.
    package static func contents(_ path: String) -> Data? {
        guard let file = try? LocalFile(path), let bytes = try? file.bytes(0..<file.count) else { return nil }
        return Data(bytes)
    }

    /// Writes it, whole or not at all, and only where nothing but a plain file is replaced.
    ///
    /// - Throws: ``TensorFileError``.
    package static func write(_ data: Data, to path: String) throws(TensorFileError) {
        try AtomicFile.write(to: path) { (temporary) throws(TensorFileError) in
            try AtomicFile.write(data, to: temporary)
        }
    }
}
