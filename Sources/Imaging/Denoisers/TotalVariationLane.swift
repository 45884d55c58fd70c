internal import TensorMath
internal import Tensors

extension TotalVariation {
    /// The variables of one plane at a time: what one thread works with.
    struct Lane {
        private let height: Int
        private let width: Int
        /// The dual variable's components along rows and columns, a plane each.
        private let across: TensorBuffer
        private let down: TensorBuffer
        /// Two rows of extrapolated points for each iteration of a sweep, and a row of zeros, which stands above the first.
        private let points: TensorBuffer
        private let zeros: TensorBuffer

        init(height: Int, width: Int, depth: Int) {
            self.height = height
            self.width = width
            across = TensorBuffer(floatCount: height * width)
            down = TensorBuffer(floatCount: height * width)
            points = TensorBuffer(floatCount: depth * 2 * width)
            zeros = TensorBuffer(floatCount: width)
        }

        /// Sets the dual variable to 0.
        func start() {
            across.floats.update(repeating: 0)
            down.floats.update(repeating: 0)
        }

        /// Takes the plane `x` through `iterations`, which must not exceed the depth, in one pass over its rows.
        ///
        /// An iteration can do the primal half of row `r` once the one before it has done the dual half of row `r`, which
        /// comes with its row `r + 1`: so iteration `t` works on row `step − t`.
        func sweep(
            _ y: UnsafePointer<Float>, _ x: UnsafeMutablePointer<Float>, _ rows: TotalVariationRows, iterations: Int
        ) {
            for step in 0..<height + iterations {
                for iteration in max(0, step - height)..<min(iterations, step + 1) {
                    let row = step - iteration
                    if row < height { primal(row, iteration, y, x, rows) }
                    if row > 0 { dual(row - 1, iteration, rows) }
                }
            }
        }

        private func primal(
            _ row: Int, _ iteration: Int, _ y: UnsafePointer<Float>, _ x: UnsafeMutablePointer<Float>,
            _ rows: TotalVariationRows
        ) {
            guard let across = across.floats.baseAddress, let down = down.floats.baseAddress,
                let zeros = zeros.floats.baseAddress, let z = point(row, iteration)
            else { return }
            let first = row * width
            rows.primal(
                y: y + first, across: across + first, down: down + first,
                downAbove: row == 0 ? zeros : down + first - width, x: x + first, z: z)
        }

        private func dual(_ row: Int, _ iteration: Int, _ rows: TotalVariationRows) {
            guard let across = across.floats.baseAddress, let down = down.floats.baseAddress,
                let z = point(row, iteration), let below = point(min(row + 1, height - 1), iteration)
            else { return }
            rows.dual(z: z, zBelow: below, across: across + row * width, down: down + row * width)
        }

        /// The extrapolated points of a row, kept until the row after next.
        private func point(_ row: Int, _ iteration: Int) -> UnsafeMutablePointer<Float>? {
            points.floats.baseAddress.map { $0 + (iteration * 2 + row % 2) * width }
        }
    }
}
