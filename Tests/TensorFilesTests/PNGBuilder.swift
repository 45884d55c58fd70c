/// PNG files put together by hand, of forms that no writer of ours makes. Nothing is compressed: the pixels lie in
/// "stored" blocks of the deflate format.
struct PNGBuilder {
    var width: UInt32
    var height: UInt32
    /// Bits a sample.
    var depth: UInt8
    /// 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha.
    var colour: UInt8
    var interlaced = false
    /// Between header and pixels: PLTE, tRNS, gAMA and their like.
    var chunks: [(name: String, content: [UInt8])] = []
    /// Rows as the file has them, each after its filter byte.
    var rows: [UInt8]

    var file: [UInt8] {
        var header = bytes([width, height], bigEndian: true)
        header += [depth, colour, 0, 0, interlaced ? 1 : 0]
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += PNGBuilder.chunk("IHDR", header)
        for chunk in chunks { file += PNGBuilder.chunk(chunk.name, chunk.content) }
        file += PNGBuilder.chunk("IDAT", PNGBuilder.stored(rows))
        file += PNGBuilder.chunk("IEND", [])
        return file
    }

    static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return bytes([UInt32(content.count)], bigEndian: true) + body + bytes([checksum(body)], bigEndian: true)
    }

    /// A zlib stream of one stored block (at most 65535 bytes).
    private static func stored(_ content: [UInt8]) -> [UInt8] {
        let length = UInt16(content.count)
        var (a, b) = (UInt32(1), UInt32(0))  // Adler-32
        for byte in content {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return [0x78, 0x01, 0x01] + bytes([length, ~length]) + content + bytes([b << 16 | a], bigEndian: true)
    }

    /// CRC-32.
    private static func checksum(_ content: [UInt8]) -> UInt32 {
        ~content.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }
}
