internal import Tensors

extension FrameHeader {
    private static let mark: [UInt8] = Array("GRUN".utf8)
    private static let fixedCount = 64

    /// Bytes that it takes on the wire.
    private var byteCount: Int {
        FrameHeader.fixedCount + 8 * (type?.shape.rank ?? 0)
    }

    /// As it goes over the wire.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            write(into: UnsafeMutableRawBufferPointer(buffer))
            count = byteCount
        }
    }

    private func write(into buffer: UnsafeMutableRawBufferPointer) {
        var writer = ByteWriter(buffer)
        for byte in FrameHeader.mark { writer.append(byte) }
        writer.append(FrameHeader.version)
        writer.append(sort.rawValue)
        writer.append(type.map { $0.element == .float32 ? 1 : 2 } ?? UInt8(0))
        writer.append(run)
        writer.append(epoch)
        writer.append(transfer)
        writer.append(mark)
        writer.append(iteration)
        writer.append(UInt64(offset))
        writer.append(UInt64(total))
        writer.append(UInt64(length))
        writer.append(UInt32(type?.shape.rank ?? 0))
        writer.append(UInt32(0))
        for extent in type?.shape.dimensions ?? [] { writer.append(UInt64(extent)) }
    }

    /// Reads a header; every number that it holds is checked, so that it can be believed.
    ///
    /// - Throws: ``FrameError`` saying what is wrong first.
    package init(_ bytes: [UInt8]) throws(FrameError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(FrameError) in try FrameHeader(bytes) }
        }
        self = try result.get()
    }

    /// Reads a header from where it lies.
    ///
    /// - Throws: ``FrameError`` saying what is wrong first.
    init(_ bytes: UnsafeRawBufferPointer) throws(FrameError) {
        var reader = ByteReader(bytes)
        guard reader.count >= FrameHeader.fixedCount else { throw .length(reader.count) }
        for byte in FrameHeader.mark { guard reader.number() == byte else { throw .mark } }
        let version: UInt16 = reader.number()
        guard version == FrameHeader.version else { throw .version(version) }
        guard let sort = Sort(rawValue: reader.number()) else { throw .field("sort") }
        let element: UInt8 = reader.number()
        self.init(
            sort, run: reader.number(), epoch: reader.number(), transfer: reader.number(), mark: reader.number(),
            iteration: reader.number())
        offset = try FrameHeader.count(reader.number(), "offset")
        total = try FrameHeader.count(reader.number(), "total")
        length = try FrameHeader.count(reader.number(), "length")
        let rank: UInt32 = reader.number()
        guard rank <= Shape.mostAxes, reader.number() == UInt32(0) else { throw .field("number of extents") }
        guard reader.count == FrameHeader.fixedCount + 8 * Int(rank) else { throw .length(reader.count) }
        var extents: [Int] = []
        extents.reserveCapacity(Int(rank))
        for _ in 0..<rank { extents.append(try FrameHeader.count(reader.number(), "extents")) }
        try readType(element, extents)
        guard length <= FrameHeader.largestPayload else { throw .field("length") }
        guard offset <= total, length <= total - offset else { throw .field("offset") }
    }

    private mutating func readType(_ element: UInt8, _ extents: [Int]) throws(FrameError) {
        switch (sort, element) {
        case (.value, 1), (.value, 2):
            guard let shape = Shape(validating: extents) else { throw .field("extents") }
            let type = TensorType(shape, element == 1 ? .float32 : .complex64)
            guard total == type.byteCount else { throw .field("total") }
            self.type = type
        case (.control, 0), (.credit, 0), (.file, 0), (.probe, 0):
            guard extents.isEmpty else { throw .field("number of extents") }
        default: throw .field("element")
        }
    }

    private static func count(_ value: UInt64, _ name: String) throws(FrameError) -> Int {
        guard let count = Int(exactly: value) else { throw .field(name) }
        return count
    }
}

/// Puts numbers behind each other; its user has made sure that there is room.
private struct ByteWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        bytes.storeBytes(of: number.littleEndian, toByteOffset: position, as: Number.self)
        position += MemoryLayout<Number>.size
    }
}

/// Takes numbers off the front of some bytes; its user has made sure that there are enough.
private struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>() -> Number {
        defer { position += MemoryLayout<Number>.size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }
}
