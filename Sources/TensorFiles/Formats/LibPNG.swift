internal import CPNG

/// The calls into libpng. Its handles never leave the C of CPNG; here are only bytes, and errors in its own words.
enum LibPNG {
    /// What the header of a file says.
    static func layout(of bytes: [UInt8], path: String) throws(TensorFileError) -> PictureLayout {
        var info = cpng_info()
        if let reason = failure(of: { cpng_read_info(bytes, bytes.count, &info, $0) }) {
            throw .damagedPNG(path: path, reason: reason)
        }
        return PictureLayout(
            width: Int(info.width), height: Int(info.height), channels: Int(info.channels),
            bitDepth: info.bit_depth == 16 ? .sixteen : .eight,
            storedBitsPerPixel: Int(info.stored_bits_per_pixel), hasAlpha: info.has_alpha)
    }

    /// The samples of a file whose header says `layout`.
    static func samples(
        of bytes: [UInt8], _ layout: PictureLayout, path: String
    ) throws(TensorFileError) -> [UInt8] {
        var samples = [UInt8](repeating: 0, count: layout.byteCount)
        if let reason = failure(of: { cpng_read_samples(bytes, bytes.count, &samples, layout.byteCount, $0) }) {
            throw .damagedPNG(path: path, reason: reason)
        }
        return samples
    }

    /// A file of the given samples.
    static func file(
        of samples: [UInt8], _ layout: PictureLayout, path: String
    ) throws(TensorFileError) -> [UInt8] {
        var info = cpng_info()
        info.width = UInt32(layout.width)
        info.height = UInt32(layout.height)
        info.channels = UInt32(layout.channels)
        info.bit_depth = UInt32(layout.bitDepth.rawValue)
        var file: [UInt8] = []
        let reason = failure { message in
            var length = 0
            guard let bytes = cpng_write(samples, &info, &length, message) else { return false }
            file = Array(UnsafeBufferPointer(start: bytes, count: length))
            cpng_free(bytes)
            return true
        }
        if let reason { throw .unwritable(path: path, reason: "libpng: \(reason)") }
        return file
    }

    /// Makes one call; what it left in the message that it was given, where it returns false.
    private static func failure(of body: (UnsafeMutablePointer<CChar>) -> Bool) -> String? {
        var message = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))
        guard !body(&message) else { return nil }
        return String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
