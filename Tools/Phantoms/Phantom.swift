package import Tensors

/// A colour test picture drawn by arithmetic alone: a harbour at dusk, with smooth gradients (sky, water), edges at all
/// angles (sails, balloons, sun), fine lines (rigging, reeds) and texture (hills, ripples), so that a blur visibly hurts
/// and a restoration visibly helps.
///
/// Only +, −, ×, ÷ and square roots, which IEEE 754 rounds alike on every machine: the picture is the same everywhere.
package enum Phantom {
    /// Draws the picture as float32 of shape 1 × 3 × height × width, in [0, 1].
    ///
    /// The scene is fitted to the height and goes on to the sides; each pixel is the mean of 4 × 4 samples.
    ///
    /// - Precondition: both sides are positive.
    package static func draw(width: Int, height: Int) -> Tensor {
        let scene = Scene(aspect: Double(width) / Double(height))
        let samples = 4
        let step = 1 / Double(height * samples)
        var tensor = Tensor([1, 3, height, width])
        tensor.withMutableView { view in
            for row in 0..<height {
                for column in 0..<width {
                    var sum = Colour.black
                    for sample in 0..<samples * samples {
                        let x = (Double(column * samples + sample % samples) + 0.5) * step
                        let y = (Double(row * samples + sample / samples) + 0.5) * step
                        sum = sum + scene.colour(x, y)
                    }
                    let mean = sum * (1 / Double(samples * samples))
                    let pixel = row * width + column
                    view.floats[pixel] = Float(mean.red)
                    view.floats[pixel + height * width] = Float(mean.green)
                    view.floats[pixel + 2 * height * width] = Float(mean.blue)
                }
            }
        }
        return tensor
    }
}
