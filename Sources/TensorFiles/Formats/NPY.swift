public import Tensors

/// Arrays in NumPy's `.npy` files.
///
/// Read: versions 1.0, 2.0 and 3.0; elements `b1`, `i1` to `i8`, `u1` to `u8`, `f2`, `f4`, `f8`, `c8` and `c16` of either
/// byte order; C and Fortran order. Everything is delivered row-major, as float32 or complex64: 64-bit numbers are
/// rounded, and integers stay the numbers they are (255 is 255, not 1). Written: version 1.0, `<f4` or `<c8`, C order.
public enum NPY {
    /// Reads an array.
    ///
    /// - Throws: ``TensorFileError``.
    public static func read(_ path: String) throws(TensorFileError) -> Tensor {
        try tensor(LocalFile(path))
    }

    /// Reads an array's shape and element type from its header, and checks that the file is as long as they ask for.
    ///
    /// - Throws: ``TensorFileError``.
    public static func readType(_ path: String) throws(TensorFileError) -> TensorType {
        try readHeader(LocalFile(path)).type
    }

    /// Writes an array; the file appears whole or not at all.
    public static func write(_ tensor: Tensor, to path: String) throws(TensorFileError) {
        try AtomicFile.write(encode(tensor), to: path)
    }

    /// Reads an array from the bytes of a file; `path` is what errors call it.
    ///
    /// - Throws: ``TensorFileError``.
    public static func decode(_ bytes: [UInt8], path: String) throws(TensorFileError) -> Tensor {
        try tensor(HeldBytes(bytes, path: path))
    }

    private static func tensor(_ source: any ByteSource) throws(TensorFileError) -> Tensor {
        let header = try readHeader(source)
        var tensor: Tensor
        do throws(MemoryShortage) {
            tensor = try Tensor(asking: header.type)
        } catch {
            throw .noMemory(path: source.path, bytes: error.bytes)
        }
        let whole = Region(whole: header.type.shape.dimensions)
        try tensor.withMutableView { (view) throws(TensorFileError) in
            try header.read(whole, source, into: view.floats)
        }
        return tensor
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

    fileprivate static func readHeader(_ source: any ByteSource) throws(TensorFileError) -> NPYHeader {
        let prefix = try source.bytes(0..<min(NPYHeader.prefixLength, source.count))
        let range = try NPYHeader.dictionary(in: prefix, size: source.count, path: source.path)
        let bytes = try source.bytes(0..<max(range.upperBound, prefix.count))
        return try NPYHeader(dictionary: bytes[range], size: source.count, path: source.path)
    }
}

extension NPY: ArrayFormat {
    public static let name = "NPY"

    public static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: NPYHeader.magic) }

    public static func header(_ source: any ByteSource, dataSet: String?) throws(TensorFileError) -> ArrayHeader {
        if let dataSet { throw .noDataSet(path: source.path, dataSet: dataSet, there: []) }
        return try readHeader(source).arrayHeader
    }

    public static func read(
        _ box: Region, of dataSet: String?, _ source: any ByteSource, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(TensorFileError) {
        try readHeader(source).read(box, source, into: floats)
    }

    public static func look(
        _ box: Region, of dataSet: String?, _ source: any ByteSource
    ) throws(TensorFileError) -> ValueScan? {
        try readHeader(source).look(box, source)
    }
}

extension NPY: HashesBoxes {
    static func hash(_ box: Region, _ source: any ByteSource) throws(TensorFileError) -> String {
        let header = try readHeader(source)
        var state = ContentHash.Running()
        try source.bytes(0..<header.length).withUnsafeBytes { state.add($0) }
        try header.forEachPiece(of: box, source) { bytes, _ in state.add(bytes) }
        return state.text
    }
}

extension NPYHeader {
    /// Numbers that are read at once: an array never lies in memory twice.
    private static let piece = 1 << 16
    /// Bytes between two stretches that are read along with them, as that takes less time than to read twice.
    private static let gap = 1 << 14

    /// Whole numbers without a sign may be the samples of a picture.
    fileprivate var arrayHeader: ArrayHeader {
        ArrayHeader(
            type, form: .array(white: type.element == .float32 ? element.white : nil),
            // Where the first axis varies fastest, a strip of rows lies in pieces all over the file.
            readsBoxes: !fortranOrder,
            scratchBytes: NPYHeader.piece * (element.byteCount + (fortranOrder ? MemoryLayout<Float>.stride : 0)))
    }

    /// Reads a box.
    fileprivate func read(
        _ box: Region, _ source: any ByteSource, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(TensorFileError) {
        guard fortranOrder else {
            try forEachPiece(of: box, source) { bytes, start in
                let count = bytes.count / element.byteCount
                element.decode(
                    bytes, bigEndian: bigEndian,
                    into: UnsafeMutableBufferPointer(rebasing: floats[start..<start + count]))
            }
            return
        }
        let piece = UnsafeMutableBufferPointer<Float>.allocate(capacity: NPYHeader.piece)
        defer { piece.deallocate() }
        let order = ReversedOrder(box.extents, floats: type.element.floats)
        try forEachPiece(of: box, source) { bytes, start in
            let part = UnsafeMutableBufferPointer(rebasing: piece[..<(bytes.count / element.byteCount)])
            element.decode(bytes, bigEndian: bigEndian, into: part)
            order.place(UnsafeBufferPointer(part), at: start, in: floats)
        }
    }

    /// Goes through the numbers of a box.
    fileprivate func look(_ box: Region, _ source: any ByteSource) throws(TensorFileError) -> ValueScan {
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: NPYHeader.piece)
        defer { floats.deallocate() }
        var scan = ValueScan()
        try forEachPiece(of: box, source) { bytes, _ in
            scan.add(bytes, of: element, bigEndian: bigEndian, by: floats)
        }
        if let fault = scan.fault(
            of: TensorType(Shape(box.extents), type.element), isFortran: fortranOrder,
            from: box.ranges.map(\.lowerBound))
        {
            throw .values(path: source.path, tensor: nil, fault: fault)
        }
        return scan
    }

    /// Calls `body` with the numbers of a box in pieces, in the order of the file.
    ///
    /// - Parameter start: Where a piece begins among the numbers of the box.
    fileprivate func forEachPiece(
        of box: Region, _ source: any ByteSource,
        _ body: (_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Void
    ) throws(TensorFileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: NPYHeader.piece * element.byteCount, alignment: 16)
        defer { buffer.deallocate() }
        let (parts, bytes) = (type.element.floats, type.element.floats * element.byteCount)
        var done = 0
        let runs = StoredRuns(
            fortranOrder ? Region(box.ranges.reversed()) : box,
            of: fortranOrder ? type.shape.dimensions.reversed() : type.shape.dimensions)
        for window in RunWindows(runs, longest: NPYHeader.piece / parts, gap: NPYHeader.gap / bytes) {
            for start in stride(from: window.span.lowerBound, to: window.span.upperBound, by: NPYHeader.piece / parts) {
                let count = min(NPYHeader.piece / parts, window.span.upperBound - start)
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * bytes)])
                try source.read(from: length + start * bytes, into: part)
                let picked = window.pick(from: part, elementBytes: bytes)
                body(UnsafeRawBufferPointer(rebasing: part[..<picked]), done)
                done += picked / element.byteCount
            }
        }
    }
}
