internal import Foundation
package import Tensors

/// The low-pass filters that deepinv's `Downsampling` knows by name, as kernels `1 × 1 × k × k` whose values add up to 1.
package enum DownsamplingFilter: Sendable, CaseIterable {
    /// A Gaussian whose width is the factor, in pixels.
    case gaussian
    /// The tent of bilinear interpolation, `k = 2 · factor`.
    case bilinear
    /// The cubic of bicubic interpolation with `a = −1/2` (Keys, IEEE Trans. Acoust. 29(6), 1981), `k = 4 · factor`.
    case bicubic
    /// `sinc(x / factor)` under a Kaiser window, `k = 4 · factor`.
    case sinc

    /// The largest factor: kernels have at most four times as many pixels a side.
    package static let largestFactor = 500

    /// Rows, and columns, of the kernel.
    package func side(factor: Int) -> Int {
        switch self {
        case .gaussian: GaussianBlur.side((Double(factor), Double(factor)))
        case .bilinear: 2 * factor
        case .bicubic, .sinc: 4 * factor
        }
    }

    /// The filter for every `factor`-th pixel.
    ///
    /// - Throws: where the factor is below 1 or above ``largestFactor``.
    package func kernel(factor: Int) throws(ImagingError) -> Tensor {
        guard (1...DownsamplingFilter.largestFactor).contains(factor) else { throw .downsamplingFactor(factor) }
        switch self {
        case .gaussian:
            return try gaussianBlurKernel(sigma: (Double(factor), Double(factor)))
        case .bilinear:
            return product(taps(side(factor: factor), factor) { max(0, 1 - abs($0)) })
        case .bicubic:
            return product(taps(side(factor: factor), factor, cubic))
        case .sinc:
            let length = side(factor: factor)
            let window = kaiser(length, factor)
            let values = taps(length, factor) { $0 == 0 ? 1 : sin(.pi * $0) / (.pi * $0) }
            return product(zip(values, window).map { $0 * $1 })
        }
    }

    /// `weight` at `count` points, a pixel apart and in units of the factor, around 0.
    private func taps(_ count: Int, _ factor: Int, _ weight: (Double) -> Double) -> [Double] {
        (0..<count).map { weight((Double($0) - Double(count - 1) / 2) / Double(factor)) }
    }

    private func cubic(_ x: Double) -> Double {
        let (a, d) = (-0.5, abs(x))
        if d <= 1 { return (a + 2) * d * d * d - (a + 3) * d * d + 1 }
        return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0
    }

    /// Kaiser's window, with his estimate of the shape parameter for a transition band of `2 (2 − √2) / factor`.
    private func kaiser(_ length: Int, _ factor: Int) -> [Double] {
        let attenuation = 2.285 * Double(length - 1) * .pi * 2 * (2 - 2.0.squareRoot()) / Double(factor) + 7.95
        let beta: Double
        if attenuation <= 21 {
            beta = 0
        } else if attenuation <= 50 {
            beta = 0.5842 * pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21)
        } else {
            beta = 0.1102 * (attenuation - 8.7)
        }
        let half = Double(length - 1) / 2
        return (0..<length).map { i in
            let x = (Double(i) - half) / half
            return bessel(beta * max(0, 1 - x * x).squareRoot()) / bessel(beta)
        }
    }

    /// The modified Bessel function `I₀`, by its power series.
    private func bessel(_ x: Double) -> Double {
        var (sum, term, k) = (1.0, 1.0, 1.0)
        while term > sum * 1e-17 {
            term *= (x / 2) * (x / 2) / (k * k)
            sum += term
            k += 1
        }
        return sum
    }

    /// The same weights down and across, scaled to add up to 1.
    private func product(_ taps: [Double]) -> Tensor {
        let sum = taps.reduce(0, +)
        let values = taps.flatMap { down in taps.map { across in Float(down * across / (sum * sum)) } }
        return Tensor([1, 1, taps.count, taps.count], values)
    }
}
