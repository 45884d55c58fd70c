package import Tensors

extension PNG {
    /// Bytes that a picture's file takes at most, whatever it shows.
    package static func largestSize(_ type: TensorType, bitDepth: BitDepth = .eight) -> Int {
        let shape = type.shape
        guard shape.rank >= 2 else { return 0 }
        let channels = shape.rank == 2 ? 1 : shape[shape.rank - 3]
        return largestSize(
            height: shape[shape.rank - 2], bytesPerRow: shape[shape.rank - 1] * channels * bitDepth.rawValue / 8)
    }

    /// Bytes that the file of so many rows takes at most: what cannot be compressed takes a little more than it holds, a
    /// byte a row that names its filter, and a header for every 8 KiB.
    package static func largestSize(height: Int, bytesPerRow: Int) -> Int {
        let bytes = height * (bytesPerRow + 1)
        return bytes + bytes / 400 + 4096
    }
}
