package import Tensors

/// The noise level of images of one type from the finest diagonal details of their wavelet transform.
///
/// Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81, 1994, section 4.2: the median of
/// their magnitudes over 0.6745, the median of a standard normal distribution's. Details of the image itself are few there.
/// The wavelet is Daubechies' db2, which sees no planes' slopes, at every other pixel of every other row, wherever its 4 × 4
/// pixels are within the image.
package final class NoiseEstimator {
    /// The least side of an image.
    package static let leastSide = 4

    package let type: TensorType
    private let details: Scratch

    /// - Parameter type: real or complex images, … × H × W.
    /// - Throws: where the images have no planes of at least 4 × 4 pixels.
    package init(_ type: TensorType) throws(ImagingError) {
        guard let shape = NoiseEstimator.details(of: type) else {
            throw .planeShape(type.shape, operation: "a noise level's estimate")
        }
        self.type = type
        details = Scratch(TensorType(shape))
    }

    /// The shape of the diagonal details; `nil` where there are none.
    package static func details(of type: TensorType) -> Shape? {
        guard type.shape.rank >= 2, type.shape.count > 0, type.shape.trailing(2).allSatisfy({ $0 >= leastSide }) else {
            return nil
        }
        let sides = type.shape.trailing(2)
        let planes = type.shape.count / (sides[0] * sides[1]) * type.element.floats
        return [planes, (sides[0] - 2) / 2, (sides[1] - 2) / 2]
    }

    /// The standard deviation of the noise, in units of the image; of complex images that of each of both parts.
    ///
    /// - Precondition: `x` is of ``type``.
    package func level(of x: TensorView) -> Double {
        precondition(x.type == type, "the noise level of \(x.type)")
        guard let from = x.floats.baseAddress, let to = details.view.floats.baseAddress else { return 0 }
        let sides = type.shape.trailing(2)
        let (height, width, step) = (sides[0], sides[1], type.element.floats)
        let (rows, columns) = ((height - 2) / 2, (width - 2) / 2)
        let taps = Wavelet.db2.highPass.map { Float($0) }
        let (a, b, c, d) = (taps[0], taps[1], taps[2], taps[3])
        for plane in 0..<details.view.shape[0] {
            // Parts of complex values lie in turn.
            let start = from + plane / step * height * width * step + plane % step
            for row in 0..<rows {
                let out = to + (plane * rows + row) * columns
                let lines = start + 2 * row * width * step
                for column in 0..<columns {
                    var sum: Float = 0
                    for line in 0..<4 {
                        let x = lines + (line * width + 2 * column) * step
                        let across = (a * x[0] + b * x[step]) + (c * x[2 * step] + d * x[3 * step])
                        sum += (line == 0 ? a : line == 1 ? b : line == 2 ? c : d) * across
                    }
                    out[column] = sum
                }
            }
        }
        return Selection.percentile(details.readOnly.floats, 50) / 0.6745
    }
}
