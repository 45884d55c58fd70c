internal import Foundation
package import Tensors

/// How far measurements `z = A x` are from those that were made, `y`: functions of each value for itself.
package enum FidelityFunction: Hashable, Sendable {
    /// `½ ‖z − y‖²`.
    case l2
    /// `‖z − y‖₁`; magnitudes of complex differences.
    case l1
    /// `Σ z/g + b − y/g − (y/g) log(z/g + b)`, the negative logarithm of a Poisson likelihood but for what does not hang on
    /// `z`: `y/g` counts were seen where `z/g + b` are expected. 0 log 0 is 0, and where fewer than no counts are expected it
    /// is infinite.
    case poisson(gain: Double, background: Double)
    /// `Σ (|z| − √y)²` of intensities `y`, which are real also where `z` is complex.
    case amplitude

    /// The name, for messages.
    private var name: String {
        switch self {
        case .l2: "l2"
        case .l1: "l1"
        case .poisson: "poisson"
        case .amplitude: "amplitude"
        }
    }

    // MARK: Value

    /// The value, summed in double precision.
    ///
    /// - Precondition: `z` and `y` have one shape; `y` is real of `amplitude`, both are of `poisson`, and otherwise their
    ///   types are equal.
    /// - Throws: where a measurement is below 0 that cannot be.
    package func value(_ z: TensorView, _ y: TensorView) throws(ImagingError) -> Double {
        try checkMeasurements(y)
        var sum = 0.0
        switch self {
        case .l2:
            for i in z.floats.indices {
                let difference = Double(z.floats[i]) - Double(y.floats[i])
                sum += difference * difference / 2
            }
        case .l1 where z.type.element == .complex64:
            for i in stride(from: 0, to: z.floats.count, by: 2) {
                let re = Double(z.floats[i]) - Double(y.floats[i])
                let im = Double(z.floats[i + 1]) - Double(y.floats[i + 1])
                sum += (re * re + im * im).squareRoot()
            }
        case .l1:
            for i in z.floats.indices { sum += abs(Double(z.floats[i]) - Double(y.floats[i])) }
        case .poisson(let gain, let background):
            for i in z.floats.indices {
                let expected = Double(z.floats[i]) / gain + background
                let seen = Double(y.floats[i]) / gain
                guard expected > 0 || expected == 0 && seen == 0 else {
                    // NaN stays.
                    sum += expected.isNaN || seen.isNaN ? .nan : .infinity
                    continue
                }
                sum += expected - seen - (seen == 0 ? 0 : seen * log(expected))
            }
        case .amplitude:
            let floats = z.type.element.floats
            for i in y.floats.indices {
                let difference = magnitude(z, i, floats) - Double(y.floats[i]).squareRoot()
                sum += difference * difference
            }
        }
        return sum
    }

    // MARK: Gradient

    /// Writes the derivative by `z`, of complex values that by their real part + i that by their imaginary part.
    ///
    /// - `l1`: the sign, 0 where `z` is `y`.
    /// - `poisson`: `(1 − y / (z + g b)) / g`. Where nothing was measured that is `1/g`, also where no counts are expected.
    /// - `amplitude`: `2 z (1 − √y / |z|)`, and 0 where `z` is 0.
    ///
    /// - Precondition: as of ``value(_:_:)``; `g` is of the type of `z`.
    /// - Throws: as ``value(_:_:)``; of `poisson`, where something was measured and no counts or fewer are expected.
    package func gradient(_ z: TensorView, _ y: TensorView, into g: MutableTensorView) throws(ImagingError) {
        try checkMeasurements(y)
        switch self {
        case .l2:
            for i in g.floats.indices { g.floats[i] = z.floats[i] - y.floats[i] }
        case .l1:
            for i in g.floats.indices { g.floats[i] = z.floats[i] - y.floats[i] }
            SoftThreshold.sign(g.readOnly, into: g)
        case .poisson(let gain, let background):
            let shift = gain * background
            var impossible: Double?
            for i in g.floats.indices {
                let (expected, seen) = (Double(z.floats[i]) + shift, Double(y.floats[i]))
                if seen > 0, expected <= 0 { impossible = expected }
                g.floats[i] = Float(seen == 0 && !expected.isNaN ? 1 / gain : (1 - seen / expected) / gain)
            }
            if let impossible { throw .outsidePoisson(Float(impossible / gain), background: background) }
        case .amplitude:
            let floats = z.type.element.floats
            for i in y.floats.indices {
                let length = magnitude(z, i, floats)
                let factor = length == 0 ? 0 : Float(2 * (1 - Double(y.floats[i]).squareRoot() / length))
                for part in floats * i..<floats * i + floats { g.floats[part] = factor * z.floats[part] }
            }
        }
    }

    // MARK: Prox

    /// Writes `argmin_u w f(u) + ½ ‖u − z‖²`.
    ///
    /// - `poisson`: `½ (c + √(c² + 4 w y / g)) − g b` with `c = z + g b − w / g`, as low as `−g b` where nothing was measured.
    /// - `amplitude`: the magnitude `(|z| + 2 w √y) / (1 + 2 w)` with the phase of `z`; the phase of 0 is 0.
    ///
    /// - Parameters:
    ///   - weight: w, 0 or more.
    /// - Precondition: as of ``value(_:_:)``; `u` is of the type of `z`, and may be its memory.
    /// - Throws: as ``value(_:_:)``.
    package func prox(
        _ z: TensorView, _ y: TensorView, weight: Float, into u: MutableTensorView
    ) throws(ImagingError) {
        try checkMeasurements(y)
        let weight = Double(weight)
        transform(z, 1, weight, y, into: u) { _, prox in prox }
    }

    /// Writes the proximal operator of the convex conjugate `f*` with a dual step by Moreau's identity,
    /// `v − s prox_{f / s}(v / s)`: the dual step of primal-dual splitting (Chambolle and Pock 2011, algorithm 1).
    ///
    /// - Parameters:
    ///   - step: s, above 0.
    /// - Precondition: as of ``prox(_:_:weight:into:)``.
    /// - Throws: as ``value(_:_:)``.
    package func conjugateProx(
        _ v: TensorView, _ y: TensorView, step: Float, into u: MutableTensorView
    ) throws(ImagingError) {
        try checkMeasurements(y)
        let step = Double(step)
        transform(v, 1 / step, 1 / step, y, into: u) { value, prox in value - step * prox }
    }

    /// Writes what `result` makes of each value and the prox at `factor` times it. In double precision, as the two may be
    /// large and nearly equal.
    @inline(__always)
    private func transform(
        _ z: TensorView, _ factor: Double, _ weight: Double, _ y: TensorView, into u: MutableTensorView,
        _ result: (_ value: Double, _ prox: Double) -> Double
    ) {
        switch self {
        case .l2:
            for i in u.floats.indices {
                let value = Double(z.floats[i])
                let prox = (factor * value + weight * Double(y.floats[i])) / (1 + weight)
                u.floats[i] = Float(result(value, prox))
            }
        case .l1 where z.type.element == .complex64:
            for i in stride(from: 0, to: u.floats.count, by: 2) {
                let (re, im) = (Double(z.floats[i]), Double(z.floats[i + 1]))
                let (yRe, yIm) = (Double(y.floats[i]), Double(y.floats[i + 1]))
                let (a, b) = (factor * re - yRe, factor * im - yIm)
                let length = (a * a + b * b).squareRoot()
                let shrunk = length <= weight ? 0 : 1 - weight / length
                u.floats[i] = Float(result(re, yRe + shrunk * a))
                u.floats[i + 1] = Float(result(im, yIm + shrunk * b))
            }
        case .l1:
            for i in u.floats.indices {
                let (value, target) = (Double(z.floats[i]), Double(y.floats[i]))
                let distance = factor * value - target
                // What is not above the weight is taken away whole; NaN stays.
                let shrunk =
                    distance > weight ? distance - weight : distance < -weight ? distance + weight : 0 * distance
                u.floats[i] = Float(result(value, target + shrunk))
            }
        case .poisson(let gain, let background):
            let shift = gain * background
            for i in u.floats.indices {
                let value = Double(z.floats[i])
                let c = factor * value + shift - weight / gain
                let product = weight * Double(y.floats[i]) / gain
                let root = (c * c + 4 * product).squareRoot()
                // Of the two forms of the root of a quadratic the one without a difference of equal numbers.
                let expected = c < 0 ? (product == 0 ? 0 : 2 * product / (root - c)) : (c + root) / 2
                u.floats[i] = Float(result(value, expected - shift))
            }
        case .amplitude:
            let floats = z.type.element.floats
            for i in y.floats.indices {
                let own = magnitude(z, i, floats)
                let target = Double(y.floats[i]).squareRoot()
                let length = (factor * own + 2 * weight * target) / (1 + 2 * weight)
                for part in 0..<floats {
                    let value = Double(z.floats[floats * i + part])
                    let prox = own == 0 ? (part == 0 ? length : 0) : length * (value / own)
                    u.floats[floats * i + part] = Float(result(value, prox))
                }
            }
        }
    }

    // MARK: Values

    /// The magnitude of value number `i`, whose numbers are so many.
    private func magnitude(_ z: TensorView, _ i: Int, _ floats: Int) -> Double {
        guard floats == 2 else { return abs(Double(z.floats[i])) }
        let (re, im) = (Double(z.floats[2 * i]), Double(z.floats[2 * i + 1]))
        return (re * re + im * im).squareRoot()
    }

    /// Counts and intensities are not negative.
    private func checkMeasurements(_ y: TensorView) throws(ImagingError) {
        switch self {
        case .l2, .l1: return
        case .poisson, .amplitude: break
        }
        var lowest: Float = 0
        for value in y.floats { lowest = min(lowest, value) }
        guard lowest >= 0 else { throw .negativeMeasurement(lowest, fidelity: name) }
    }
}
