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

    /// The same array with its axes in reverse order.
    func transposed() -> Tensor {
        let target = Shape(shape.dimensions.reversed())
        guard shape.rank > 1, shape.count > 0 else { return reshaped(target) }
        let floats = type.element.floats
        // Where one step along each axis of the target leads in this tensor: its last axis is this one's first.
        var strides = [Int](repeating: floats, count: shape.rank)
        for axis in target.dimensions.indices.dropFirst() {
            strides[axis] = strides[axis - 1] * target[axis - 1]
        }
        var result = Tensor(TensorType(target, type.element))
        withView { source in
            result.withMutableView { view in
                var index = [Int](repeating: 0, count: target.rank)
                var from = 0
                for to in Swift.stride(from: 0, to: view.floats.count, by: floats) {
                    for part in 0..<floats { view.floats[to + part] = source.floats[from + part] }
                    var axis = target.rank - 1
                    index[axis] += 1
                    from += strides[axis]
                    while index[axis] == target[axis], axis > 0 {
                        from -= strides[axis] * index[axis]
                        index[axis] = 0
                        axis -= 1
                        index[axis] += 1
                        from += strides[axis]
                    }
                }
            }
        }
        return result
    }
}
