internal import Tensors

/// A file put together by hand, from the text of its header and its numbers.
func npyFile(version: (UInt8, UInt8) = (1, 0), _ dictionary: String, _ payload: [UInt8] = []) -> [UInt8] {
    let length = dictionary.utf8.count
    let lengthBytes = (0..<(version.0 == 1 ? 2 : 4)).map { UInt8(length >> (8 * $0) & 0xFF) }
    return [0x93] + Array("NUMPY".utf8) + [version.0, version.1] + lengthBytes + Array(dictionary.utf8) + payload
}

/// The same for a header of the usual form.
func npyFile(_ element: String, shape: String, fortran: Bool = false, _ payload: [UInt8]) -> [UInt8] {
    npyFile("{'descr': '\(element)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n", payload)
}

/// Bytes of numbers, the low byte first unless `bigEndian`.
func bytes<Bits: FixedWidthInteger>(_ numbers: [Bits], bigEndian: Bool = false) -> [UInt8] {
    numbers.flatMap { number in
        withUnsafeBytes(of: bigEndian ? number.bigEndian : number.littleEndian) { Array($0) }
    }
}
