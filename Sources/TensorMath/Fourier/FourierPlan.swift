internal import CFFTW
internal import Synchronization

/// FFTW's planner is not thread-safe: plans are made and destroyed one at a time in the whole process.
/// Executing them needs no lock.
let fourierPlanner = Mutex(())

/// The in-place transform of one `height × width` plane in a single direction, destroyed exactly once.
///
/// Plans are estimated, never measured: which measured plan wins differs from run to run and from host to host, and with it
/// the bits of the result; a plan remembered on disk would still be each host's own. Measured plans make the transforms of
/// a good length about a quarter faster (768 × 512: 1.3 ms instead of 2.1), a blur by ``SpectralFilter`` a sixth, and an
/// iteration less than a hundredth. ``FourierSize`` avoids the lengths where an estimate is bad.
///
/// They have one thread; who has several planes gives each to a thread of its own, which is faster for planes of an image's
/// size and does not change a bit.
struct FourierPlan: ~Copyable {
    enum Direction { case forward, inverse }

    /// `nil` where FFTW has no plan.
    private let plan: fftwf_plan?
    private let direction: Direction

    /// Plans on `scratch`: rows of `width` floats, `2 (width/2 + 1)` floats apart, which the spectrum overwrites.
    init(_ direction: Direction, height: Int32, width: Int32, scratch: UnsafeMutablePointer<Float>) {
        let spectrum = FourierPlan.complex(scratch)
        self.direction = direction
        var made: fftwf_plan?
        fourierPlanner.withLock { _ in
            switch direction {
            case .forward: made = fftwf_plan_dft_r2c_2d(height, width, scratch, spectrum, FFTW_ESTIMATE)
            case .inverse: made = fftwf_plan_dft_c2r_2d(height, width, spectrum, scratch, FFTW_ESTIMATE)
            }
        }
        plan = made
    }

    deinit {
        fourierPlanner.withLock { _ in fftwf_destroy_plan(plan) }
    }

    var isValid: Bool { plan != nil }

    /// Transforms `scratch` in place; it is aligned like the memory that was planned on.
    func execute(_ scratch: UnsafeMutablePointer<Float>) {
        switch direction {
        case .forward: fftwf_execute_dft_r2c(plan, scratch, FourierPlan.complex(scratch))
        case .inverse: fftwf_execute_dft_c2r(plan, FourierPlan.complex(scratch), scratch)
        }
    }

    static func complex(_ floats: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<fftwf_complex> {
        UnsafeMutableRawPointer(floats).assumingMemoryBound(to: fftwf_complex.self)
    }
}
