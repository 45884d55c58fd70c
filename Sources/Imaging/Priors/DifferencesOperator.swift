package import Tensors

/// Forward differences of each plane along its rows' and its columns' index, `(D x)[r, c] = (x[r+1, c] − x[r, c],
/// x[r, c+1] − x[r, c])`, 0 beyond the last row and column: the operator of total variation. `‖D‖² < 8` (Chambolle 2004,
/// theorem 3.1).
package final class DifferencesOperator: LinearOperator {
    package let domain: TensorType
    package let range: TensorType

    private let height: Int
    private let width: Int

    /// - Parameter shape: `… × H × W`; the range has an axis of two more, first along the height, then along the width.
    /// - Throws: where there are no rows and columns.
    package init(shape: Shape) throws(ImagingError) {
        guard shape.rank >= 2, shape.count > 0 else { throw .planeShape(shape, operation: "a difference") }
        domain = TensorType(shape)
        range = TensorType(Shape(shape.dimensions + [2]))
        (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    }

    package func apply(_ x: TensorView, into y: MutableTensorView) {
        precondition(x.type == domain && y.type == range, "differences of \(x.type) into \(y.type)")
        guard let from = x.floats.baseAddress, let to = y.floats.baseAddress else { return }
        for row in 0..<domain.shape.count / width {
            let (x, y) = (from + row * width, to + 2 * row * width)
            // In the last row the row below is the row itself.
            let below = row % height == height - 1 ? x : x + width
            for j in 0..<width - 1 {
                y[2 * j] = below[j] - x[j]
                y[2 * j + 1] = x[j + 1] - x[j]
            }
            y[2 * width - 2] = below[width - 1] - x[width - 1]
            y[2 * width - 1] = 0
        }
    }

    package func adjoint(_ y: TensorView, into x: MutableTensorView) {
        precondition(y.type == range && x.type == domain, "adjoint differences of \(y.type) into \(x.type)")
        guard let from = y.floats.baseAddress, let to = x.floats.baseAddress else { return }
        for row in 0..<domain.shape.count / width {
            let (y, x) = (from + 2 * row * width, to + row * width)
            let (hasAbove, hasBelow) = (row % height > 0, row % height < height - 1)
            for j in 0..<width { x[j] = hasBelow ? -y[2 * j] : 0 }
            if hasAbove {
                let above = y - 2 * width
                for j in 0..<width { x[j] += above[2 * j] }
            }
            for j in 0..<width - 1 {
                x[j] -= y[2 * j + 1]
                x[j + 1] += y[2 * j + 1]
            }
        }
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        precondition(x.type == domain && z.type == domain, "differences of \(x.type) into \(z.type)")
        guard let from = x.floats.baseAddress, let to = z.floats.baseAddress else { return }
        for row in 0..<domain.shape.count / width {
            let (x, z) = (from + row * width, to + row * width)
            let above = row % height == 0 ? x : x - width
            let below = row % height == height - 1 ? x : x + width
            for j in 0..<width {
                let (left, right) = (x[max(j - 1, 0)], x[min(j + 1, width - 1)])
                z[j] = (x[j] - above[j]) + (x[j] - below[j]) + (x[j] - left) + (x[j] - right)
            }
        }
    }
}
