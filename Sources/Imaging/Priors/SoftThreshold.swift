internal import Foundation
package import Tensors

/// Soft thresholding, the proximal operator of `t ‖x‖₁`, and the sign, its subgradient, of many values.
package enum SoftThreshold {
    /// Writes `x − t sign(x)` where `|x| > t` and 0 elsewhere; of complex values magnitudes shrink and phases stay.
    ///
    /// - Parameters:
    ///   - threshold: t, 0 or more.
    /// - Precondition: both are of one type; they may be the same memory.
    package static func shrink(_ x: TensorView, by threshold: Float, into u: MutableTensorView) {
        precondition(x.type == u.type, "soft thresholding of \(x.type) into \(u.type)")
        guard let from = x.floats.baseAddress, let to = u.floats.baseAddress else { return }
        if x.type.element == .float32 {
            shrink(from, by: threshold, into: to, count: u.floats.count)
        } else {
            shrink(from, from + 1, by: threshold, into: to, to + 1, count: u.floats.count / 2, step: 2)
        }
    }

    /// Writes `sign(x)`, of complex values `x / |x|`, and 0 where `x` is 0.
    ///
    /// - Precondition: as of ``shrink(_:by:into:)``.
    package static func sign(_ x: TensorView, into u: MutableTensorView) {
        precondition(x.type == u.type, "signs of \(x.type) into \(u.type)")
        guard let from = x.floats.baseAddress, let to = u.floats.baseAddress else { return }
        if x.type.element == .float32 {
            sign(from, into: to, count: u.floats.count)
        } else {
            sign(from, from + 1, into: to, to + 1, count: u.floats.count / 2, step: 2)
        }
    }

    /// `‖x‖₁ = Σ |x|`, in double precision; magnitudes of complex values.
    package static func norm(_ x: TensorView) -> Double {
        guard let from = x.floats.baseAddress else { return 0 }
        return x.type.element == .float32
            ? norm(from, count: x.floats.count) : norm(from, from + 1, count: x.floats.count / 2, step: 2)
    }

    // MARK: Rows

    static func shrink(
        _ x: UnsafePointer<Float>, by threshold: Float, into u: UnsafeMutablePointer<Float>, count: Int
    ) {
        // What is not above the threshold is taken away whole.
        for i in 0..<count { u[i] = x[i] - max(-threshold, min(x[i], threshold)) }
    }

    /// Of complex values whose parts lie `step` apart.
    static func shrink(
        _ re: UnsafePointer<Float>, _ im: UnsafePointer<Float>, by threshold: Float,
        into outRe: UnsafeMutablePointer<Float>, _ outIm: UnsafeMutablePointer<Float>, count: Int, step: Int
    ) {
        for i in stride(from: 0, to: count * step, by: step) {
            let magnitude = (re[i] * re[i] + im[i] * im[i]).squareRoot()
            let factor = magnitude <= threshold ? 0 : 1 - threshold / magnitude
            outRe[i] = factor * re[i]
            outIm[i] = factor * im[i]
        }
    }

    static func sign(_ x: UnsafePointer<Float>, into u: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { u[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : x[i] }
    }

    static func sign(
        _ re: UnsafePointer<Float>, _ im: UnsafePointer<Float>, into outRe: UnsafeMutablePointer<Float>,
        _ outIm: UnsafeMutablePointer<Float>, count: Int, step: Int
    ) {
        for i in stride(from: 0, to: count * step, by: step) {
            let magnitude = hypot(re[i], im[i])
            outRe[i] = magnitude == 0 ? 0 : re[i] / magnitude
            outIm[i] = magnitude == 0 ? 0 : im[i] / magnitude
        }
    }

    static func norm(_ x: UnsafePointer<Float>, count: Int) -> Double {
        // Eight sums, so that an addition need not wait for the one before it.
        var sums = SIMD8<Double>(repeating: 0)
        var i = 0
        while i + 8 <= count {
            for lane in 0..<8 { sums[lane] += Double(abs(x[i + lane])) }
            i += 8
        }
        var sum = sums.sum()
        while i < count {
            sum += Double(abs(x[i]))
            i += 1
        }
        return sum
    }

    static func norm(_ re: UnsafePointer<Float>, _ im: UnsafePointer<Float>, count: Int, step: Int) -> Double {
        var sum = 0.0
        for i in stride(from: 0, to: count * step, by: step) {
            let (a, b) = (Double(re[i]), Double(im[i]))
            sum += (a * a + b * b).squareRoot()
        }
        return sum
    }
}
