internal import Tensors

/// What of a tensor can be seen: one or three channels of real numbers.
///
/// The first image of a batch. Complex values, and two channels (which are a real and an imaginary part, as deepinv has
/// them), are shown by their magnitude; of other channels than 1 or 3, the first. What is not a number is 0.
struct VisibleImage {
    let width: Int
    let height: Int
    /// Row by row from the top.
    let channels: [[Float]]

    /// `nil` for a shape that is none of H × W, C × H × W and N × C × H × W, or has no elements.
    init?(_ tensor: Tensor) {
        let shape = tensor.shape
        guard 2...4 ~= shape.rank, shape.count > 0 else { return nil }
        height = shape[shape.rank - 2]
        width = shape[shape.rank - 1]
        let count = shape.rank == 2 ? 1 : shape[shape.rank - 3]
        let plane = height * width
        let found: [[Float]] = tensor.withView { view in
            let floats = view.floats
            switch (tensor.type.element, count) {
            case (.complex64, _):
                return (0..<(count == 3 ? 3 : 1)).map { channel in
                    let start = 2 * channel * plane
                    return (0..<plane).map { magnitude(floats[start + 2 * $0], floats[start + 2 * $0 + 1]) }
                }
            case (.float32, 2):
                return [(0..<plane).map { magnitude(floats[$0], floats[plane + $0]) }]
            case (.float32, _):
                return (0..<(count == 3 ? 3 : 1)).map { Array(floats[$0 * plane..<($0 + 1) * plane]) }
            }
        }
        channels = found.map { $0.map { $0.isNaN ? 0 : min(max($0, 0), 1) } }
    }
}

private func magnitude(_ real: Float, _ imaginary: Float) -> Float {
    (real * real + imaginary * imaginary).squareRoot()
}
