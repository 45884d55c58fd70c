package import Tensors

/// Named float32 tensors in `.safetensors` files, such as the weights of a network.
///
/// Read: elements F32, F16 and BF16, the latter two widened exactly. The header must account for every byte of the file
/// (no holes, no overlaps), as the reference implementation demands. Written: F32, in the order of the names.
package enum SafeTensors {
    /// The shape of every tensor in a file, from its header.
    package static func header(of path: String) throws(TensorFileError) -> [String: Shape] {
        var file = try InputFile(path)
        return try readHeader(&file).entries.reduce(into: [:]) { $0[$1.name] = $1.shape }
    }

    /// The shape of every tensor, from the bytes of a file; `path` is what errors call it.
    package static func header(of bytes: [UInt8], path: String) throws(TensorFileError) -> [String: Shape] {
        try header(in: bytes, path: path).0.entries.reduce(into: [:]) { $0[$1.name] = $1.shape }
    }

    /// The shape of every tensor in a file, once its values have been looked at.
    ///
    /// - Parameter contents: What is in the file, where that has been read already.
    /// - Throws: also where values cannot be computed with: ``TensorFileError/values(path:tensor:fault:)``.
    package static func look(_ path: String, _ contents: [UInt8]? = nil) throws(TensorFileError) -> [String: Shape] {
        guard let contents else {
            var file = try InputFile(path)
            let entries = try readHeader(&file).entries
            for entry in entries { try entry.check(try file.read(entry.byteCount), path) }
            return entries.reduce(into: [:]) { $0[$1.name] = $1.shape }
        }
        var (header, next) = try header(in: contents, path: path)
        for entry in header.entries {
            try entry.check(Array(contents[next..<next + entry.byteCount]), path)
            next += entry.byteCount
        }
        return header.entries.reduce(into: [:]) { $0[$1.name] = $1.shape }
    }

    /// Reads every tensor in a file.
    package static func read(_ path: String) throws(TensorFileError) -> [String: Tensor] {
        var file = try InputFile(path)
        var tensors: [String: Tensor] = [:]
        for entry in try readHeader(&file).entries {
            let bytes = try file.read(entry.byteCount)
            tensors[entry.name] = bytes.withUnsafeBytes { entry.tensor(of: $0) }
        }
        return tensors
    }

    /// Writes float32 tensors; the file appears whole or not at all.
    package static func write(_ tensors: [String: Tensor], to path: String) throws(TensorFileError) {
        try AtomicFile.write(try encode(tensors, path: path), to: path)
    }

    /// Reads every tensor from the bytes of a file; `path` is what errors call it.
    package static func decode(_ bytes: [UInt8], path: String) throws(TensorFileError) -> [String: Tensor] {
        let (header, end) = try header(in: bytes, path: path)
        var next = end
        return bytes.withUnsafeBytes { all in
            header.entries.reduce(into: [:]) { tensors, entry in
                let end = next + entry.byteCount
                tensors[entry.name] = entry.tensor(of: UnsafeRawBufferPointer(rebasing: all[next..<end]))
                next = end
            }
        }
    }

    /// The bytes of a file; `path` is what errors call it.
    package static func encode(_ tensors: [String: Tensor], path: String) throws(TensorFileError) -> [UInt8] {
        let sorted = tensors.sorted { $0.key < $1.key }
        for (name, tensor) in sorted {
            guard name != SafeTensorsHeader.metadata else {
                throw .unwritableTensor(path: path, tensor: name, detail: "the format keeps this name for itself")
            }
            guard tensor.type.element == .float32 else {
                throw .unwritableTensor(path: path, tensor: name, detail: "it is complex, and must be float32")
            }
        }
        let json = SafeTensorsHeader.json(of: sorted.map { ($0.key, $0.value.type) })
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + json.count + sorted.reduce(0) { $0 + $1.value.type.byteCount })
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: json)
        for (_, tensor) in sorted { tensor.appendLittleEndian(to: &bytes) }
        return bytes
    }

    /// The header, and where the tensors begin.
    private static func header(in bytes: [UInt8], path: String) throws(TensorFileError) -> (SafeTensorsHeader, Int) {
        let range = try SafeTensorsHeader.range(in: bytes, size: bytes.count, path: path)
        return (try SafeTensorsHeader(json: bytes[range], size: bytes.count, path: path), range.upperBound)
    }

    private static func readHeader(_ file: inout InputFile) throws(TensorFileError) -> SafeTensorsHeader {
        let prefix = try file.read(min(SafeTensorsHeader.prefixLength, file.size))
        let range = try SafeTensorsHeader.range(in: prefix, size: file.size, path: file.path)
        let json = try file.read(range.count)
        return try SafeTensorsHeader(json: json[...], size: file.size, path: file.path)
    }
}
