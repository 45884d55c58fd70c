internal import CSodium

/// SHA-256 of a file: what it is known by wherever it is copied.
package enum ContentHash {
    /// 64 hexadecimal digits.
    ///
    /// - Throws: ``TensorFileError`` where the file cannot be read.
    package static func ofFile(_ path: String) throws(TensorFileError) -> String {
        try measure(path).hash
    }

    /// The hash of a file, and how many bytes it holds.
    ///
    /// - Throws: ``TensorFileError`` where the file cannot be read.
    package static func measure(_ path: String) throws(TensorFileError) -> (hash: String, bytes: Int) {
        var file = try InputFile(path)
        var running = Running()
        var left = file.size
        while left > 0 {
            let part = try file.read(min(left, 1 << 20))
            part.withUnsafeBytes { running.add($0) }
            left -= part.count
        }
        return (running.text, file.size)
    }

    /// 64 hexadecimal digits, as a file of these bytes would have.
    package static func of(_ bytes: [UInt8]) -> String {
        var running = Running()
        bytes.withUnsafeBytes { running.add($0) }
        return running.text
    }

    /// A hash in the making.
    struct Running {
        private var state = crypto_hash_sha256_state()

        init() {
            crypto_hash_sha256_init(&state)
        }

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            crypto_hash_sha256_update(&state, bytes.bindMemory(to: UInt8.self).baseAddress, UInt64(bytes.count))
        }

        /// 64 hexadecimal digits, of what has been added so far.
        var text: String {
            var state = state
            var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
            crypto_hash_sha256_final(&state, &digest)
            return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// Whether a text from elsewhere is a hash, and so can name a file.
    package static func isOne(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
