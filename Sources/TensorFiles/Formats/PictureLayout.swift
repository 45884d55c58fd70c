internal import Tensors

/// How the samples of a picture lie in memory outside a tensor: rows from top to bottom, channels interleaved, 16-bit
/// samples with the high byte first.
struct PictureLayout: Equatable {
    let width: Int
    let height: Int
    /// 1 for gray, 3 for RGB.
    let channels: Int
    let bitDepth: PNG.BitDepth
    /// Bits a pixel takes in the file before it is compressed.
    let storedBitsPerPixel: Int
    let hasAlpha: Bool

    /// Samples of one picture at most: 8 GiB as a tensor.
    static let mostSamples = 1 << 31
    /// Pixels along each side at most, as libpng itself has it.
    static let longestSide = 1_000_000

    /// What a tensor looks like as a picture; `nil` if it cannot be one.
    init?(of type: TensorType, bitDepth: PNG.BitDepth) {
        let shape = type.shape
        guard type.element == .float32, shape.count > 0 else { return nil }
        switch shape.rank {
        case 2: channels = 1
        case 3: channels = shape[0]
        case 4 where shape[0] == 1: channels = shape[1]
        default: return nil
        }
        guard channels == 1 || channels == 3 else { return nil }
        height = shape[shape.rank - 2]
        width = shape[shape.rank - 1]
        self.bitDepth = bitDepth
        storedBitsPerPixel = channels * bitDepth.rawValue
        hasAlpha = false
    }

    init(
        width: Int, height: Int, channels: Int, bitDepth: PNG.BitDepth, storedBitsPerPixel: Int, hasAlpha: Bool
    ) {
        self.width = width
        self.height = height
        self.channels = channels
        self.bitDepth = bitDepth
        self.storedBitsPerPixel = storedBitsPerPixel
        self.hasAlpha = hasAlpha
    }

    /// Type of the picture as a tensor.
    var type: TensorType { TensorType([1, channels, height, width]) }

    var sampleCount: Int { width * height * channels }

    var byteCount: Int { sampleCount * bitDepth.rawValue / 8 }

    /// Bytes of the pixels in the file before they are compressed.
    var storedBytes: Int { width * height * storedBitsPerPixel / 8 }

    /// Refuses what is too large, before anything is allocated for it.
    func check(path: String) throws(TensorFileError) {
        guard max(width, height) <= PictureLayout.longestSide else {
            throw .tooLarge(
                path: path, detail: "\(width) × \(height) pixels, the longest side is \(PictureLayout.longestSide)")
        }
        guard sampleCount <= PictureLayout.mostSamples else {
            throw .tooLarge(path: path, detail: "\(sampleCount) samples, the limit is \(PictureLayout.mostSamples)")
        }
    }

    /// The sample that stands for 1.
    private var largest: Float { Float(bitDepth.white) }

    /// Channels apart and in [0, 1].
    ///
    /// - Precondition: `samples` holds `byteCount` bytes.
    func tensor(of samples: [UInt8]) -> Tensor {
        var tensor = Tensor(type)
        tensor.withMutableView { fill($0.floats, Region(whole: type.shape.dimensions), from: samples) }
        return tensor
    }

    /// Writes a box of the picture as a tensor, channels apart and in [0, 1].
    ///
    /// - Precondition: `samples` holds `byteCount` bytes, and `floats` are as many as the box has.
    func fill(_ floats: UnsafeMutableBufferPointer<Float>, _ box: Region, from samples: [UInt8]) {
        samples.withUnsafeBytes { bytes in
            var next = 0
            for channel in box[1] {
                for row in box[2] {
                    for column in box[3] {
                        let sample = (row * width + column) * channels + channel
                        let value =
                            bitDepth == .eight
                            ? Float(bytes[sample])
                            : Float(UInt16(bytes[2 * sample]) << 8 | UInt16(bytes[2 * sample + 1]))
                        floats[next] = value / largest
                        next += 1
                    }
                }
            }
        }
    }

    /// The other way, clamped and rounded to the nearest; NaN becomes 0.
    func samples(of tensor: Tensor) -> [UInt8] {
        let plane = width * height
        var samples = [UInt8](repeating: 0, count: byteCount)
        tensor.withView { view in
            for channel in 0..<channels {
                for pixel in 0..<plane {
                    let value = view.floats[channel * plane + pixel]
                    // Written so that NaN, which compares with nothing, ends as 0.
                    let clamped = value > 0 ? (value < 1 ? value : 1) : 0
                    let rounded = UInt16((clamped * largest).rounded())
                    let sample = pixel * channels + channel
                    if bitDepth == .eight {
                        samples[sample] = UInt8(rounded)
                    } else {
                        samples[2 * sample] = UInt8(rounded >> 8)
                        samples[2 * sample + 1] = UInt8(rounded & 0xFF)
                    }
                }
            }
        }
        return samples
    }
}
