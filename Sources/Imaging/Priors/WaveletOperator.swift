internal import TensorMath
package import Tensors

/// The orthogonal wavelet transform of each plane with ends that are wrapped, `W`; `Wᵀ = W⁻¹`.
///
/// Coefficients stand in an array of the image's shape, as PyWavelets' `coeffs_to_array` puts them: the approximation top
/// left; of each level, to its right the detail along the width, below it that along the height, and the diagonal one.
package final class WaveletOperator: LinearOperator {
    package let domain: TensorType
    package var range: TensorType { domain }

    private let bank: WaveletBank

    /// - Parameters:
    ///   - shape: … × H × W, both sides divisible by 2^levels.
    ///   - threads: threads that share the work; the bits do not depend on how many.
    /// - Throws: where the images have no planes, or the levels do not fit.
    package init(shape: Shape, wavelet: Wavelet, levels: Int, threads: Int = 1) throws(ImagingError) {
        try WaveletMode.periodic.check(levels: levels, on: shape)
        domain = TensorType(shape)
        let sides = shape.trailing(2)
        bank = WaveletBank(
            planes: shape.count / (sides[0] * sides[1]), height: sides[0], width: sides[1], wavelet: wavelet,
            levels: levels, mode: .periodic, threads: threads)
    }

    package func apply(_ x: TensorView, into y: MutableTensorView) {
        precondition(x.type == domain && y.type == domain, "a wavelet transform of \(x.type) into \(y.type)")
        guard let from = x.floats.baseAddress, let to = y.floats.baseAddress else { return }
        // The bank only reads from what it takes apart.
        bank.analyse(block(UnsafeMutablePointer(mutating: from)), into: bank.levels.map { _ in block(to) })
    }

    package func adjoint(_ y: TensorView, into x: MutableTensorView) {
        precondition(x.type == domain && y.type == domain, "a wavelet synthesis of \(y.type) into \(x.type)")
        x.copy(from: y)
        guard let start = x.floats.baseAddress else { return }
        bank.synthesise(bank.levels.map { _ in block(start) }, into: block(start))
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        z.copy(from: x)
    }

    private func block(_ start: UnsafeMutablePointer<Float>) -> WaveletBank.Block {
        let sides = domain.shape.trailing(2)
        return WaveletBank.Block(start: start, planeStride: sides[0] * sides[1], rowStride: sides[1])
    }
}
