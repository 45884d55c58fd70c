internal import CLoops

/// The two halves of a total-variation iteration, a row of pixels at a time.
///
/// Rows are given by pointers to their first of `width` values. Condat, "A primal-dual splitting method for convex
/// optimization involving Lipschitzian, proximable and linear composite terms", JOTA 158, 2013, algorithm 3.1.
package struct TotalVariationRows {
    private let step: loops_tv_step
    private let width: Int

    /// - Parameters:
    ///   - tau: primal step.
    ///   - sigma: dual step; `tau · sigma · ‖D‖²` is at most 1.
    ///   - relaxation: factor of the over-relaxation, below 2.
    ///   - threshold: weight of the total variation, above 0.
    package init(width: Int, tau: Float, sigma: Float, relaxation: Float, threshold: Float) {
        self.width = width
        step = loops_tv_step(tau: tau, sigma: sigma, relaxation: relaxation, threshold: threshold)
    }

    /// Moves the row `x` of the image and leaves the extrapolated point `2x' − x` in `z`.
    ///
    /// - Parameters:
    ///   - across: the row's dual component along the columns, 0 in the last one.
    ///   - down: the row's dual component along the rows, 0 in the last row; `downAbove`, that of the row above, all 0
    ///     above the first.
    package func primal(
        y: UnsafePointer<Float>, across: UnsafePointer<Float>, down: UnsafePointer<Float>,
        downAbove: UnsafePointer<Float>, x: UnsafeMutablePointer<Float>, z: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: step) { loops_tv_primal_row($0, width, y, across, down, downAbove, x, z) }
    }

    /// Moves the row's dual components. `zBelow` is the next row of `z`, or `z` itself for the last row.
    package func dual(
        z: UnsafePointer<Float>, zBelow: UnsafePointer<Float>, across: UnsafeMutablePointer<Float>,
        down: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: step) { loops_tv_dual_row($0, width, z, zBelow, across, down) }
    }
}
