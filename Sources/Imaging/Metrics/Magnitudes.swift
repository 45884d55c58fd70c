package import Tensors

/// The magnitudes `|x|` of values, real or complex.
package enum Magnitudes {
    /// - Precondition: `output` is real, of the shape of `x`; of real values it may be their memory.
    package static func write(_ x: TensorView, into output: MutableTensorView) {
        precondition(output.type == TensorType(x.shape), "magnitudes of \(x.type) in \(output.type)")
        guard x.type.element == .complex64 else {
            for i in output.floats.indices { output.floats[i] = abs(x.floats[i]) }
            return
        }
        for i in output.floats.indices {
            // In double precision, where squares neither vanish nor grow without bound.
            let (re, im) = (Double(x.floats[2 * i]), Double(x.floats[2 * i + 1]))
            output.floats[i] = Float((re * re + im * im).squareRoot())
        }
    }
}
