internal import Tensors

extension FrameHeader {
    private static let mark: [UInt8] = Array("GRUN".utf8)
    private static let fixedCount = 64

    /// As it goes over the wire.
    package var bytes: [UInt8] {
        let extents = type?.shape.dimensions ?? []
        var bytes = FrameHeader.mark
        bytes.reserveCapacity(FrameHeader.fixedCount + 8 * extents.count)
        bytes.append(FrameHeader.version)
        bytes.append(sort.rawValue)
        bytes.append(type.map { $0.element == .float32 ? 1 : 2 } ?? UInt8(0))
        bytes.append(run)
        bytes.append(epoch)
        bytes.append(transfer)
        bytes.append(instance)
        bytes.append(iteration)
        bytes.append(UInt64(offset))
        bytes.append(UInt64(total))
        bytes.append(UInt64(length))
        bytes.append(UInt32(extents.count))
        bytes.append(UInt32(0))
        for extent in extents { bytes.append(UInt64(extent)) }
        return bytes
    }

    /// Reads a header; every number that it holds is checked, so that it can be believed.
    ///
    /// - Throws: ``FrameError`` saying what is wrong first.
    package init(_ bytes: some Collection<UInt8>) throws(FrameError) {
        var reader = ByteReader(Array(bytes.prefix(FrameHeader.fixedCount + 8 * FrameHeader.mostAxes + 1)))
        guard reader.count >= FrameHeader.fixedCount else { throw .length(reader.count) }
        guard reader.take(4) == FrameHeader.mark else { throw .mark }
        let version: UInt16 = reader.number()
        guard version == FrameHeader.version else { throw .version(version) }
        guard let sort = Sort(rawValue: reader.number()) else { throw .field("sort") }
        let element: UInt8 = reader.number()
        self.init(
            sort, run: reader.number(), epoch: reader.number(), transfer: reader.number(), instance: reader.number(),
            iteration: reader.number())
        offset = try FrameHeader.count(reader.number(), "offset")
        total = try FrameHeader.count(reader.number(), "total")
        length = try FrameHeader.count(reader.number(), "length")
        let rank: UInt32 = reader.number()
        guard rank <= FrameHeader.mostAxes, reader.number() == UInt32(0) else { throw .field("number of extents") }
        guard reader.count == FrameHeader.fixedCount + 8 * Int(rank) else { throw .length(reader.count) }
        var extents: [Int] = []
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
        case (.control, 0), (.release, 0), (.file, 0), (.probe, 0):
            guard extents.isEmpty else { throw .field("number of extents") }
        default: throw .field("element")
        }
    }

    private static func count(_ value: UInt64, _ name: String) throws(FrameError) -> Int {
        guard let count = Int(exactly: value) else { throw .field(name) }
        return count
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}

/// Takes numbers off the front of some bytes; its user has made sure that there are enough.
private struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func number<Number: FixedWidthInteger>() -> Number {
        var number: Number = 0
        for (index, byte) in take(MemoryLayout<Number>.size).enumerated() {
            number |= Number(truncatingIfNeeded: byte) << Number(8 * index)
        }
        return number
    }
}
