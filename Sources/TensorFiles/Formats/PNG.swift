public import Tensors

/// PNG pictures of 8 and 16 bits, gray and RGB.
///
/// Read into float32 of shape 1 × C × H × W, C = 1 or 3, in [0, 1]: the stored samples over 255 or 65535, with no gamma
/// handling. Palettes and samples of 1, 2 or 4 bits are expanded to 8; transparency is dropped, with a note.
public enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Bits a sample takes in the file.
    public enum BitDepth: Int, Hashable, Sendable, CaseIterable {
        case eight = 8
        case sixteen = 16

        /// The sample that stands for 1.
        public var white: Int { self == .eight ? 255 : 65535 }
    }

    /// Reads a picture.
    package static func read(_ path: String) throws(TensorFileError) -> LoadedImage {
        try decode(try contents(of: path), path: path)
    }

    /// The type a picture has once it is read, from its header.
    package static func readType(_ path: String) throws(TensorFileError) -> TensorType {
        try decodeLayout(try contents(of: path), path: path).type
    }

    /// Samples of the largest picture that is decoded to be looked at.
    fileprivate static let mostSamplesLookedAt = 1 << 18

    /// How many bits a sample takes, from the header.
    package static func bitDepth(of path: String) throws(TensorFileError) -> BitDepth {
        try decodeLayout(try contents(of: path), path: path).bitDepth
    }

    /// Writes a float32 tensor of shape H × W, C × H × W or 1 × C × H × W, C = 1 or 3, whose values in [0, 1] span the
    /// range of a sample: values beyond are clamped, NaN becomes 0, and the rest is rounded to the nearest sample.
    /// The file appears whole or not at all.
    package static func write(
        _ tensor: Tensor, to path: String, bitDepth: BitDepth = .eight
    ) throws(TensorFileError) {
        try AtomicFile.write(try encode(tensor, bitDepth: bitDepth, path: path), to: path)
    }

    /// Reads a picture from the bytes of a file; `path` is what errors call it.
    package static func decode(_ bytes: [UInt8], path: String) throws(TensorFileError) -> LoadedImage {
        let layout = try decodeLayout(bytes, path: path)
        let needed = layout.byteCount + layout.type.byteCount
        guard MemoryRoom.has(needed) else { throw .noMemory(path: path, bytes: needed) }
        let samples = try LibPNG.samples(of: bytes, layout, path: path)
        let note = layout.hasAlpha ? "\(path): its transparency is ignored" : nil
        return LoadedImage(image: layout.tensor(of: samples), note: note, form: .picture(layout.bitDepth))
    }

    /// The bytes of a picture's file; see ``write(_:to:bitDepth:)``. `path` is what errors call it.
    package static func encode(
        _ tensor: Tensor, bitDepth: BitDepth = .eight, path: String
    ) throws(TensorFileError) -> [UInt8] {
        guard let layout = PictureLayout(of: tensor.type, bitDepth: bitDepth) else {
            throw .notAPicture(path: path, type: tensor.type.description)
        }
        try layout.check(path: path)
        return try LibPNG.file(of: layout.samples(of: tensor), layout, path: path)
    }

    /// Bytes of a file at most: somewhat more than the largest picture takes with no compression at all.
    fileprivate static let largestFile = 5_000_000_000

    /// The bytes of a file, once it is known to be one of PNG and of a size that may be read.
    private static func contents(of path: String) throws(TensorFileError) -> [UInt8] {
        var file = try InputFile(path)
        guard file.size > 0 else { throw .empty(path: path) }
        let start = try file.read(min(PNG.signature.count, file.size))
        guard start.starts(with: PNG.signature) else { throw .wrongFormat(path: path, expected: "a PNG file") }
        guard file.size <= largestFile else {
            throw .tooLarge(path: path, detail: "\(file.size) bytes, the limit is \(largestFile)")
        }
        return try start + file.readRest()
    }

    /// - Parameter size: Bytes of the whole file, where these are its first.
    fileprivate static func decodeLayout(
        _ bytes: [UInt8], path: String, size: Int? = nil
    ) throws(TensorFileError) -> PictureLayout {
        guard !bytes.isEmpty else { throw .empty(path: path) }
        guard bytes.starts(with: PNG.signature) else { throw .wrongFormat(path: path, expected: "a PNG file") }
        let layout = try LibPNG.layout(of: bytes, path: path)
        try layout.check(path: path)
        // Deflate shrinks by 1032 at most, so a small file cannot hold a large picture: nothing is allocated for it.
        let size = size ?? bytes.count
        guard layout.storedBytes / 1032 <= size else {
            throw .truncated(path: path, needed: layout.storedBytes / 1032, found: size)
        }
        return layout
    }
}

extension PNG: ArrayFormat {
    public static let name = "PNG"

    public static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: signature) }

    public static func header(_ source: any ByteSource, dataSet: String?) throws(TensorFileError) -> ArrayHeader {
        if let dataSet { throw .noDataSet(path: source.path, dataSet: dataSet, there: []) }
        let layout = try layout(of: source)
        return ArrayHeader(
            layout.type, form: .picture(layout.bitDepth), readsBoxes: false,
            scratchBytes: source.count + layout.byteCount,
            note: layout.hasAlpha ? "\(source.path): its transparency is ignored" : nil)
    }

    public static func read(
        _ box: Region, of dataSet: String?, _ source: any ByteSource, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(TensorFileError) {
        let bytes = try contents(of: source)
        let layout = try decodeLayout(bytes, path: source.path)
        guard MemoryRoom.has(layout.byteCount) else { throw .noMemory(path: source.path, bytes: layout.byteCount) }
        layout.fill(floats, box, from: try LibPNG.samples(of: bytes, layout, path: source.path))
    }

    /// Only of a picture that is small enough to be a kernel or a mask.
    public static func look(
        _ box: Region, of dataSet: String?, _ source: any ByteSource
    ) throws(TensorFileError) -> ValueScan? {
        let layout = try layout(of: source)
        guard layout.sampleCount <= mostSamplesLookedAt else { return nil }
        let bytes = try contents(of: source)
        var image = Tensor(Shape(box.extents))
        let samples = try LibPNG.samples(of: bytes, layout, path: source.path)
        image.withMutableView { layout.fill($0.floats, box, from: samples) }
        var scan = ValueScan()
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(box.count, 1))
        defer { memory.deallocate() }
        image.withView { view in
            scan.add(UnsafeRawBufferPointer(view.floats), of: .float32, bigEndian: 1.bigEndian == 1, by: memory)
        }
        return scan
    }

    /// Bytes in which what stands before the pixels mostly ends.
    private static let usualHeader = 1 << 16

    /// From the first bytes, if they suffice.
    private static func layout(of source: any ByteSource) throws(TensorFileError) -> PictureLayout {
        if source.count > usualHeader {
            let head = try source.bytes(0..<usualHeader)
            if let layout = try? decodeLayout(head, path: source.path, size: source.count) { return layout }
        }
        return try decodeLayout(contents(of: source), path: source.path)
    }

    private static func contents(of source: any ByteSource) throws(TensorFileError) -> [UInt8] {
        guard source.count <= largestFile else {
            throw .tooLarge(path: source.path, detail: "\(source.count) bytes, the limit is \(largestFile)")
        }
        return try source.bytes(0..<source.count)
    }
}
