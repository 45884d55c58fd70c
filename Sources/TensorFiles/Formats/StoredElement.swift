/// How one real number is stored in a file.
enum StoredElement {
    case float16, bfloat16, float32, float64
    case bool, uint8, uint16, uint32, uint64, int8, int16, int32, int64

    var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .float16, .bfloat16, .uint16, .int16: 2
        case .float32, .uint32, .int32: 4
        case .float64, .uint64, .int64: 8
        }
    }

    /// The sample that stands for white where a picture is stored so: whole numbers of 8 and 16 bits without a sign.
    var white: Int? {
        switch self {
        case .uint8: 255
        case .uint16: 65535
        default: nil
        }
    }

    /// Reads `floats.count` numbers; those that float32 does not hold are rounded to the nearest that it does, and become
    /// infinite beyond its range (``ValueScan`` finds them).
    ///
    /// - Precondition: `bytes` holds at least `floats.count * byteCount` bytes.
    func decode(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool, into floats: UnsafeMutableBufferPointer<Float>) {
        precondition(bytes.count / byteCount >= floats.count)
        switch self {
        case .bool:
            for index in floats.indices { floats[index] = bytes[index] == 0 ? 0 : 1 }
        case .uint8:
            for index in floats.indices { floats[index] = Float(bytes[index]) }
        case .int8:
            for index in floats.indices { floats[index] = Float(Int8(bitPattern: bytes[index])) }
        case .uint16:
            convert(bytes, bigEndian, floats) { (bits: UInt16) in Float(bits) }
        case .int16:
            convert(bytes, bigEndian, floats) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
        case .uint32:
            convert(bytes, bigEndian, floats) { (bits: UInt32) in Float(bits) }
        case .int32:
            convert(bytes, bigEndian, floats) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
        case .uint64:
            convert(bytes, bigEndian, floats) { (bits: UInt64) in Float(bits) }
        case .int64:
            convert(bytes, bigEndian, floats) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
        case .float16:
            convert(bytes, bigEndian, floats) { (bits: UInt16) in float(half: bits) }
        case .bfloat16:
            convert(bytes, bigEndian, floats) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .float32:
            convert(bytes, bigEndian, floats) { (bits: UInt32) in Float(bitPattern: bits) }
        case .float64:
            convert(bytes, bigEndian, floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        }
    }

    /// Inlined into each case above, where `Bits` and `number` are known, so that the loop has no calls.
    @inline(__always)
    private func convert<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ bigEndian: Bool, _ floats: UnsafeMutableBufferPointer<Float>,
        _ number: (Bits) -> Float
    ) {
        let size = MemoryLayout<Bits>.size
        for index in floats.indices {
            let bits = bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
            floats[index] = number(bigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
        }
    }
}

/// An IEEE 754 binary16 number, exactly. (`Float16` itself does not exist on every platform Swift runs on.)
private func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:  // Zero and subnormal numbers: fraction · 2⁻²⁴.
        return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
    case 31:  // Infinity and NaN.
        return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
        return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
