internal import CFFTW
internal import Synchronization

/// The transform of one row of real numbers to the first half of its spectrum, or back; destroyed exactly once.
///
/// Like ``FourierPlan`` estimated, never measured, and executed on memory aligned like that planned on.
struct RowPlan: ~Copyable {
    /// `nil` where FFTW has no plan.
    private let plan: fftwf_plan?

    /// - Parameters:
    ///   - row: `width` floats; `spectrum`, `width/2 + 1` complex numbers, which an inverse transform overwrites.
    init(
        _ direction: FourierPlan.Direction, width: Int32, row: UnsafeMutablePointer<Float>,
        spectrum: UnsafeMutablePointer<Float>
    ) {
        let complex = FourierPlan.complex(spectrum)
        var made: fftwf_plan?
        fourierPlanner.withLock { _ in
            switch direction {
            case .forward: made = fftwf_plan_dft_r2c_1d(width, row, complex, FFTW_ESTIMATE)
            case .inverse: made = fftwf_plan_dft_c2r_1d(width, complex, row, FFTW_ESTIMATE)
            }
        }
        plan = made
    }

    deinit {
        fourierPlanner.withLock { _ in fftwf_destroy_plan(plan) }
    }

    var isValid: Bool { plan != nil }

    func forward(_ row: UnsafeMutablePointer<Float>, into spectrum: UnsafeMutablePointer<Float>) {
        fftwf_execute_dft_r2c(plan, row, FourierPlan.complex(spectrum))
    }

    func inverse(_ spectrum: UnsafeMutablePointer<Float>, into row: UnsafeMutablePointer<Float>) {
        fftwf_execute_dft_c2r(plan, FourierPlan.complex(spectrum), row)
    }
}

/// The transforms in place of ``columns`` columns of complex numbers side by side; destroyed exactly once.
struct ColumnPlan: ~Copyable {
    /// Columns that are transformed together: a vector register of complex numbers, and their memory for a thousand rows
    /// fits a first-level cache.
    static let columns = 4

    /// `nil` where FFTW has no plan.
    private let plan: fftwf_plan?

    /// - Parameter block: `height` rows of ``columns`` complex numbers.
    init(_ direction: FourierPlan.Direction, height: Int32, block: UnsafeMutablePointer<Float>) {
        let complex = FourierPlan.complex(block)
        let sign = direction == .forward ? FFTW_FORWARD : FFTW_BACKWARD
        let columns = Int32(ColumnPlan.columns)
        var (made, length) = (fftwf_plan?.none, height)
        fourierPlanner.withLock { _ in
            made = fftwf_plan_many_dft(
                1, &length, columns, complex, nil, columns, 1, complex, nil, columns, 1, sign, FFTW_ESTIMATE)
        }
        plan = made
    }

    deinit {
        fourierPlanner.withLock { _ in fftwf_destroy_plan(plan) }
    }

    var isValid: Bool { plan != nil }

    func execute(_ block: UnsafeMutablePointer<Float>) {
        fftwf_execute_dft(plan, FourierPlan.complex(block), FourierPlan.complex(block))
    }
}
