internal import Tensors

extension Shape {
    /// Axes of a stored array at most: as many as NumPy has.
    private static let highestRank = 64

    /// The shape that a file gives to `tensor`; an error if no array in memory can have it.
    init(stored dimensions: [Int], of tensor: String, path: String) throws(TensorFileError) {
        guard dimensions.count <= Shape.highestRank else {
            throw .malformedHeader(
                path: path, detail: "\(tensor) has \(dimensions.count) axes, the limit is \(Shape.highestRank)")
        }
        // The extents beside a 0 must be possible too: their product is taken in other orders, and without the 0.
        guard let shape = Shape(validating: dimensions), Shape(validating: dimensions.map { max($0, 1) }) != nil else {
            throw .malformedHeader(path: path, detail: "\(tensor) cannot have the shape \(dimensions)")
        }
        self = shape
    }
}

extension Tensor {
    /// The values as little-endian float32, appended to `bytes`.
    func appendLittleEndian(to bytes: inout [UInt8]) {
        withView { view in
            #if _endian(little)
                bytes.append(contentsOf: UnsafeRawBufferPointer(view.floats))
            #else
                for value in view.floats {
                    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
                }
            #endif
        }
    }
}
