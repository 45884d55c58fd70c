internal import Foundation
package import Tensors

/// Sizes of ``gaussianBlurKernel(sigma:angle:)``.
package enum GaussianBlur {
    /// Largest width in pixels; its kernel has 3,335 pixels a side.
    package static let widest = 500.0

    /// Whether there is such a blur.
    package static func isPossible(sigma: Double) -> Bool { sigma > 0 && sigma <= widest }

    /// Whether it is an angle in degrees: one of many turns says nothing of itself any more where it is written in few digits.
    package static func isPossible(angle: Double) -> Bool { abs(angle) <= 360 }

    /// Rows, and columns, of the kernel.
    ///
    /// - Precondition: The widths are possible.
    package static func side(_ sigma: (Double, Double)) -> Int { 2 * Int(max(sigma.0, sigma.1) / 0.3 + 1) + 1 }
}

/// The blur kernel of an anisotropic Gaussian, `1 × 1 × k × k`, its values' sum 1: deepinv's `gaussian_blur(sigma, angle)`.
///
/// `k = 2 ⌊max(sigma)/0.3 + 1⌋ + 1`, so the kernel reaches more than three widths from its centre.
///
/// - Parameters:
///   - sigma: widths (standard deviations) in pixels along the rows' axis (down) and the columns' axis (across).
///   - angle: rotation in degrees.
/// - Throws: where a width is not above 0 or too large, or the angle is more than a turn.
package func gaussianBlurKernel(
    sigma: (Double, Double), angle: Double = 0
) throws(ImagingError) -> Tensor {
    guard GaussianBlur.isPossible(sigma: sigma.0), GaussianBlur.isPossible(sigma: sigma.1) else {
        throw .gaussianWidth(sigma.0, sigma.1)
    }
    guard GaussianBlur.isPossible(angle: angle) else { throw .gaussianAngle(angle) }

    let side = GaussianBlur.side(sigma)
    let radius = side / 2
    let (cosine, sine) = (cos(angle * .pi / 180), sin(angle * .pi / 180))
    var values = [Double](repeating: 0, count: side * side)
    for row in 0..<side {
        for column in 0..<side {
            let (across, down) = (Double(column - radius), Double(row - radius))
            let turnedAcross = (cosine * across - sine * down) / sigma.1
            let turnedDown = (sine * across + cosine * down) / sigma.0
            values[row * side + column] = exp(-0.5 * (turnedAcross * turnedAcross + turnedDown * turnedDown))
        }
    }
    let sum = values.reduce(0, +)
    return Tensor([1, 1, side, side], values.map { Float($0 / sum) })
}
