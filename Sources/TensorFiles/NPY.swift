public import Tensors

/// Arrays in NumPy's `.npy` files.
///
/// Read: versions 1.0, 2.0 and 3.0; elements `b1`, `i1` to `i8`, `u1` to `u8`, `f2`, `f4`, `f8`, `c8` and `c16` of either
/// byte order; C and Fortran order. Everything is delivered row-major, as float32 or complex64: 64-bit numbers are
/// rounded, and integers stay the numbers they are (255 is 255, not 1). Written: version 1.0, `<f4` or `<c8`, C order.
public enum NPY {
    /// Reads an array.
    public static func read(_ path: String) throws(TensorFileError) -> Tensor {
        try load(path).image
    }

    /// Reads an array, and says how it was stored.
    static func load(_ path: String) throws(TensorFileError) -> LoadedImage {
        var file = try InputFile(path)
        let header = try readHeader(&file)
        let tensor = try header.tensor(path) { (buffer) throws(TensorFileError) in try file.read(into: buffer) }
        return LoadedImage(image: tensor, form: header.form)
    }

    /// Goes through the values of an array.
    static func look(_ path: String) throws(TensorFileError) -> ArrayFacts {
        var file = try InputFile(path)
        let header = try readHeader(&file)
        return try header.look(path) { (buffer) throws(TensorFileError) in try file.read(into: buffer) }
    }

    /// Reads an array's shape and element type from its header, and checks that the file is as long as they ask for.
    public static func readType(_ path: String) throws(TensorFileError) -> TensorType {
        var file = try InputFile(path)
        return try readHeader(&file).type
    }

    /// Writes an array; the file appears whole or not at all.
    public static func write(_ tensor: Tensor, to path: String) throws(TensorFileError) {
        try AtomicFile.write(encode(tensor), to: path)
    }

    /// Reads an array from the bytes of a file; `path` is what errors call it.
    public static func decode(_ bytes: [UInt8], path: String) throws(TensorFileError) -> Tensor {
        try load(bytes, path: path).image
    }

    /// Reads an array from the bytes of a file, and says how it was stored.
    static func load(_ bytes: [UInt8], path: String) throws(TensorFileError) -> LoadedImage {
        let header = try readHeader(bytes, path)
        var next = header.length
        let tensor = try header.tensor(path) { (buffer) throws(TensorFileError) in
            buffer.copyBytes(from: bytes[next..<next + buffer.count])
            next += buffer.count
        }
        return LoadedImage(image: tensor, form: header.form)
    }

    /// Goes through the values of an array in the bytes of a file.
    static func look(_ bytes: [UInt8], path: String) throws(TensorFileError) -> ArrayFacts {
        let header = try readHeader(bytes, path)
        var next = header.length
        return try header.look(path) { (buffer) throws(TensorFileError) in
            buffer.copyBytes(from: bytes[next..<next + buffer.count])
            next += buffer.count
        }
    }

    private static func readHeader(_ bytes: [UInt8], _ path: String) throws(TensorFileError) -> NPYHeader {
        let range = try NPYHeader.dictionary(in: bytes, size: bytes.count, path: path)
        return try NPYHeader(dictionary: bytes[range], size: bytes.count, path: path)
    }

    /// The bytes of an array's file.
    public static func encode(_ tensor: Tensor) -> [UInt8] {
        let dimensions = tensor.shape.dimensions.map(String.init)
        let tuple = dimensions.count == 1 ? "(\(dimensions[0]),)" : "(\(dimensions.joined(separator: ", ")))"
        let element = tensor.type.element == .float32 ? "<f4" : "<c8"
        var dictionary = "{'descr': '\(element)', 'fortran_order': False, 'shape': \(tuple), }"
        // Spaces and a line feed, so that the numbers start at a multiple of 64 bytes.
        let padding = 63 - (10 + dictionary.utf8.count) % 64
        dictionary += String(repeating: " ", count: padding) + "\n"

        var bytes = NPYHeader.magic + [1, 0]
        bytes.reserveCapacity(10 + dictionary.utf8.count + tensor.type.byteCount)
        withUnsafeBytes(of: UInt16(dictionary.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: dictionary.utf8)
        tensor.appendLittleEndian(to: &bytes)
        return bytes
    }

    private static func readHeader(_ file: inout InputFile) throws(TensorFileError) -> NPYHeader {
        let prefix = try file.read(min(NPYHeader.prefixLength, file.size))
        let range = try NPYHeader.dictionary(in: prefix, size: file.size, path: file.path)
        let bytes = try prefix + file.read(max(range.upperBound - prefix.count, 0))
        return try NPYHeader(dictionary: bytes[range], size: file.size, path: file.path)
    }
}

extension NPYHeader {
    /// Whole numbers without a sign may be the samples of a picture.
    fileprivate var form: ArrayForm { .array(white: type.element == .float32 ? element.white : nil) }

    /// Makes the tensor, from numbers that `read` delivers in pieces, in the order of the file.
    fileprivate func tensor(
        _ path: String, _ read: (UnsafeMutableRawBufferPointer) throws(TensorFileError) -> Void
    ) throws(TensorFileError) -> Tensor {
        let storedShape = fortranOrder ? Shape(type.shape.dimensions.reversed()) : type.shape
        var stored: Tensor
        do throws(MemoryShortage) {
            stored = try Tensor(asking: TensorType(storedShape, type.element))
        } catch {
            throw .noMemory(path: path, bytes: error.bytes)
        }
        try stored.withMutableView { (view) throws(TensorFileError) in
            try forEachPiece(read) { bytes, start in
                let count = bytes.count / element.byteCount
                let floats = UnsafeMutableBufferPointer(rebasing: view.floats[start..<start + count])
                element.decode(bytes, bigEndian: bigEndian, into: floats)
            }
        }
        return fortranOrder ? stored.transposed() : stored
    }

    /// Goes through the numbers, which `read` delivers in pieces.
    fileprivate func look(
        _ path: String, _ read: (UnsafeMutableRawBufferPointer) throws(TensorFileError) -> Void
    ) throws(TensorFileError) -> ArrayFacts {
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: NPYHeader.piece)
        defer { floats.deallocate() }
        var scan = ValueScan()
        try forEachPiece(read) { bytes, _ in
            scan.add(bytes, of: element, bigEndian: bigEndian, by: floats)
        }
        if let fault = scan.fault(of: type, isFortran: fortranOrder) {
            throw .values(path: path, tensor: nil, fault: fault)
        }
        return ArrayFacts(type: type, form: form, values: scan)
    }

    /// Numbers that are read at once: an array never lies in memory twice.
    private static let piece = 1 << 16

    private func forEachPiece(
        _ read: (UnsafeMutableRawBufferPointer) throws(TensorFileError) -> Void,
        _ body: (_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Void
    ) throws(TensorFileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: NPYHeader.piece * element.byteCount, alignment: 16)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: type.floatCount, by: NPYHeader.piece) {
            let count = min(NPYHeader.piece, type.floatCount - start)
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * element.byteCount)])
            try read(part)
            body(UnsafeRawBufferPointer(part), start)
        }
    }
}
