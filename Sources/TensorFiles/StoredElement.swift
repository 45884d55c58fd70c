/// How one real number is stored in a file.
enum StoredElement {
    case float16, bfloat16, float32, float64, uint8, uint16

    var byteCount: Int {
        switch self {
        case .uint8: 1
        case .float16, .bfloat16, .uint16: 2
        case .float32: 4
        case .float64: 8
        }
    }

    /// Reads `floats.count` numbers; those of 64 bits are rounded to the nearest float32.
    ///
    /// - Precondition: `bytes` holds at least `floats.count * byteCount` bytes.
    func decode(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool, into floats: UnsafeMutableBufferPointer<Float>) {
        precondition(bytes.count / byteCount >= floats.count)
        switch self {
        case .uint8:
            for index in floats.indices { floats[index] = Float(bytes[index]) }
        case .uint16:
            convert(bytes, bigEndian, floats) { (bits: UInt16) in Float(bits) }
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
