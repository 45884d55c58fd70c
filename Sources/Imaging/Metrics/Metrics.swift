internal import Foundation
package import Tensors

/// Quality of an image against the truth; values in [0, 1], computed in double precision.
package enum Metrics {
    /// Mean squared error: of complex images, of the magnitude of the difference, so that an element is one sample whether
    /// it is real or complex.
    ///
    /// - Precondition: both have one type, with at least one element.
    package static func meanSquaredError(_ x: TensorView, reference: TensorView) -> Double {
        precondition(x.type == reference.type && !x.floats.isEmpty, "error of \(x.type) against \(reference.type)")
        var sum = 0.0
        for i in 0..<x.floats.count {
            let difference = Double(x.floats[i]) - Double(reference.floats[i])
            sum += difference * difference
        }
        return sum / Double(x.shape.count)
    }

    /// Peak signal-to-noise ratio in dB, `10 log10(1 / MSE)`; infinite for equal images.
    ///
    /// - Precondition: both have one type, with at least one element.
    package static func psnr(_ x: TensorView, reference: TensorView) -> Double {
        -10 * log10(meanSquaredError(x, reference: reference))
    }

    /// Normalised root mean squared error, `‖x − reference‖ / ‖reference‖`; 0 for equal images.
    ///
    /// - Precondition: both have one type.
    package static func normalisedError(_ x: TensorView, reference: TensorView) -> Double {
        precondition(x.type == reference.type, "error of \(x.type) against \(reference.type)")
        var (error, size) = (0.0, 0.0)
        for i in 0..<x.floats.count {
            let (value, target) = (Double(x.floats[i]), Double(reference.floats[i]))
            error += (value - target) * (value - target)
            size += target * target
        }
        return error == 0 ? 0 : (error / size).squareRoot()
    }
}
