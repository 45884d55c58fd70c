/// A blur of single planes, by one of several methods.
protocol PlaneConvolution: AnyObject {
    /// Writes kernel number `kernel`'s `A x`. `x` and `y` share no memory.
    func apply(_ kernel: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>)
    /// Writes its `Aᵀ y`.
    func adjoint(_ kernel: Int, _ y: UnsafePointer<Float>, into x: UnsafeMutablePointer<Float>)
}

/// How a blur is computed: the fastest way for its sizes.
///
/// A pure function of kernel and image, never of timing, so that every worker chooses alike.
package enum BlurMethod: Sendable, Equatable {
    /// The sum as it is written.
    case direct
    /// Along the rows, then along the columns.
    case separable
    /// Products of spectra on a periodic grid.
    case fourier

    /// Nanoseconds, measured on one thread with AVX-512; only their ratios matter.
    private enum Price {
        /// Of a multiplication and addition.
        static let tap = 0.035
        /// Of moving a value to scratch memory.
        static let move = 0.1
        /// Of a point of the Fourier grid, for each unit of ``FourierSize/cost(_:)`` per element of both axes.
        static let point = 0.23
    }

    /// - Parameter separable: whether every kernel is of rank 1.
    static func best(_ rows: BlurAxis, _ columns: BlurAxis, separable: Bool) -> BlurMethod {
        let fourier = Price.point * FourierGrid.cost(rows, columns)
        let extended = Double(rows.measured + rows.taps - 1) * Double(columns.measured + columns.taps - 1)
        let measured = Double(rows.measured) * Double(columns.measured)
        let direct = Price.move * extended + Price.tap * measured * Double(rows.taps) * Double(columns.taps)
        let halfway = Double(rows.measured + rows.taps - 1) * Double(columns.measured)
        let twice =
            2 * Price.move * extended + Price.tap * (halfway * Double(columns.taps) + measured * Double(rows.taps))
        if separable, twice < min(direct, fourier) { return .separable }
        return direct <= fourier ? .direct : .fourier
    }
}
