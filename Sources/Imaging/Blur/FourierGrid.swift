internal import TensorMath
internal import Tensors

/// The periodic grid on which a blur is a product of spectra, and how images and measurements lie on it.
struct FourierGrid {
    let rows: FourierAxis
    let columns: FourierAxis

    init(_ rows: BlurAxis, _ columns: BlurAxis) {
        self.rows = FourierAxis(rows)
        self.columns = FourierAxis(columns)
    }

    /// What a transform there and back costs, in units of a grid point's.
    static func cost(_ rows: BlurAxis, _ columns: BlurAxis) -> Double {
        let (down, across) = (FourierAxis.period(rows), FourierAxis.period(columns))
        let perRow = Double(FourierSize.cost(down)) / Double(down)
        let perColumn = Double(FourierSize.cost(across)) / Double(across)
        return Double(down) * Double(across) * (perRow + perColumn)
    }

    /// A kernel of the blur's own size on the grid, so that its spectrum makes `A` out of the image's.
    func place(_ kernel: [Float]) -> [Double] {
        place(kernel, rows: rows.taps, columns: columns.taps, centre: (rows.centre, columns.centre))
    }

    /// A kernel of any size on the grid of a circular blur.
    func place(_ kernel: [Float], rows: Int, columns: Int) -> [Double] {
        place(kernel, rows: rows, columns: columns, centre: (rows / 2, columns / 2))
    }

    private func place(
        _ kernel: [Float], rows kernelRows: Int, columns kernelColumns: Int, centre: (Int, Int)
    ) -> [Double] {
        var plane = [Double](repeating: 0, count: rows.period * columns.period)
        for row in 0..<kernelRows {
            let y = (row - centre.0).modulo(rows.period)
            for column in 0..<kernelColumns {
                let x = (column - centre.1).modulo(columns.period)
                // A kernel larger than a torus meets itself and adds up.
                plane[y * columns.period + x] += Double(kernel[row * kernelColumns + column])
            }
        }
        return plane
    }
}

/// One axis of a ``FourierGrid``: a period that FFTW likes, long enough that what wraps around is right or not looked at.
struct FourierAxis {
    let period: Int
    let taps: Int
    /// The kernel's entry that lies at the grid's origin.
    let centre: Int
    /// How an image is laid on the grid before `A`, and read off it after `Aᵀ`.
    let imageIn: GridAxis
    let imageOut: GridAxis
    /// How a measurement is laid on the grid before `Aᵀ`, and read off it after `A`.
    let measurementIn: GridAxis
    let measurementOut: GridAxis

    init(_ axis: BlurAxis) {
        let count = axis.count
        taps = axis.taps
        centre = axis.taps - 1 - axis.before
        period = FourierAxis.period(axis)
        switch axis.padding {
        case .circular:
            let reach = axis.taps - 1
            imageIn =
                period == count
                ? GridAxis(count: count, period: count)
                : FourierAxis.continued(axis, before: reach, after: reach, period)
            imageOut = GridAxis(count: count, period: period)
            (measurementIn, measurementOut) = (imageIn, imageOut)
        case .valid:
            imageIn = GridAxis(count: count, period: period)
            imageOut = imageIn
            measurementIn = GridAxis(count: axis.measured, period: period)
            measurementOut = measurementIn
        case .constant:
            imageIn = GridAxis(count: count, period: period)
            (imageOut, measurementIn, measurementOut) = (imageIn, imageIn, imageIn)
        case .reflect, .replicate:
            imageIn = FourierAxis.continued(axis, before: axis.before, after: axis.after, period)
            imageOut = imageIn
            measurementIn = GridAxis(count: count, period: period)
            measurementOut = measurementIn
        }
    }

    /// Points along an axis: so many that what wraps around is right or not looked at, and FFTW likes their number.
    static func period(_ axis: BlurAxis) -> Int {
        switch axis.padding {
        case .circular:
            // The image's own period, or a longer one on which the image is continued so far that AᵀA is right too.
            let longer = FourierSize.best(atLeast: axis.count + 2 * (axis.taps - 1))
            return FourierSize.cost(axis.count) <= FourierSize.cost(longer) ? axis.count : longer
        case .valid: return FourierSize.best(atLeast: axis.count)
        // Kernels reach into the zeros before and behind the image, which are the same ones.
        case .constant: return FourierSize.best(atLeast: axis.count + max(axis.before, axis.after))
        case .reflect, .replicate: return FourierSize.best(atLeast: axis.count + axis.before + axis.after)
        }
    }

    /// The image with values beyond its ends; the positions before its first are at the end of the grid.
    private static func continued(_ axis: BlurAxis, before: Int, after: Int, _ period: Int) -> GridAxis {
        let beyond = Array(-before..<0) + Array(axis.count..<axis.count + after)
        let copies = beyond.compactMap { position in
            axis.source(position).map { (position: position.modulo(period), source: $0) }
        }
        return GridAxis(count: axis.count, period: period, copies: copies)
    }
}
