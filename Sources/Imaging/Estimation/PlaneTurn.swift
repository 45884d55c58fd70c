package import Tensors

/// One of the turns and reflections that take a plane's pixels to pixels: its rows and columns exchanged, then the order of
/// its rows turned round, then that of its columns, each or not.
package struct PlaneTurn: Hashable, Sendable {
    package let exchanges: Bool
    package let flipsRows: Bool
    package let flipsColumns: Bool

    package init(exchanges: Bool, flipsRows: Bool, flipsColumns: Bool) {
        self.exchanges = exchanges
        self.flipsRows = flipsRows
        self.flipsColumns = flipsColumns
    }

    /// One drawn from the counter-based generator: of the eight of a square, or the four that keep the sides of another
    /// rectangle, each with the same probability.
    ///
    /// - Parameters:
    ///   - seed: of ``CounterRandom``, as are index and iteration.
    package init(drawnFor sides: [Int], seed: UInt64, instance: Int, iteration: Int) {
        let key = CounterRandom.Key(
            seed: seed, node: CounterRandom.hash("random-turn"), instance: instance, iteration: iteration)
        let word = key.block(0)[0]
        self.init(
            exchanges: sides.count == 2 && sides[0] == sides[1] && word & 4 != 0, flipsRows: word & 1 != 0,
            flipsColumns: word & 2 != 0)
    }

    /// What undoes it.
    package var inverse: PlaneTurn {
        PlaneTurn(
            exchanges: exchanges, flipsRows: exchanges ? flipsColumns : flipsRows,
            flipsColumns: exchanges ? flipsRows : flipsColumns)
    }

    /// Writes every plane turned.
    ///
    /// - Precondition: both are of one type, … × H × W, with H = W where rows and columns are exchanged, and share no memory.
    package func apply(_ x: TensorView, into y: MutableTensorView) {
        precondition(x.type == y.type && x.shape.rank >= 2, "turning \(x.type) into \(y.type)")
        guard let from = x.floats.baseAddress, let to = y.floats.baseAddress else { return }
        let sides = x.shape.trailing(2)
        let (height, width, step) = (sides[0], sides[1], x.type.element.floats)
        precondition(!exchanges || height == width, "exchanging rows and columns of \(x.type)")
        guard height > 0, width > 0 else { return }
        // From a pixel to the next of the row that it is read for, and from a row to the next.
        let (alongRow, alongColumn) = exchanges ? (width, 1) : (1, width)
        let pixelStep = (flipsColumns ? -alongRow : alongRow) * step
        for plane in 0..<x.floats.count / (height * width * step) {
            let (source, target) = (from + plane * height * width * step, to + plane * height * width * step)
            for row in 0..<height {
                let firstRow = (flipsRows ? height - 1 - row : row) * alongColumn
                let first = (firstRow + (flipsColumns ? (width - 1) * alongRow : 0)) * step
                let (own, out) = (source + first, target + row * width * step)
                if pixelStep == step {
                    out.update(from: own, count: width * step)
                } else if step == 1 {
                    for column in 0..<width { out[column] = own[column * pixelStep] }
                } else {
                    for column in 0..<width {
                        out[2 * column] = own[column * pixelStep]
                        out[2 * column + 1] = own[column * pixelStep + 1]
                    }
                }
            }
        }
    }
}
