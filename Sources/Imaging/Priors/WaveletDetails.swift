internal import TensorMath
package import Tensors

/// The details of an image's orthogonal wavelet transform: the sum of their magnitudes as a prior, and their soft
/// thresholding (Donoho and Johnstone 1994), which leaves the approximation as it is. Each plane is on its own.
///
/// With the mode ``WaveletMode/periodic`` the transform is orthogonal, and soft thresholding the proximal operator. With
/// ``WaveletMode/zero`` it is a tight frame, and thresholding between analysis and synthesis, as deepinv's `WaveletPrior`
/// does it, is close to it.
package final class WaveletDetails {
    package let type: TensorType

    private let bank: WaveletBank
    /// For the real part, and of complex images the imaginary one, the coefficients.
    private let coefficients: [Coefficients]
    /// The part that is being transformed, of complex images.
    private let part: Scratch?

    /// The coefficients of the planes of one real image.
    private struct Coefficients {
        let blocks: [WaveletBank.Block]
        /// Keeps what the blocks point at.
        let buffers: [TensorBuffer]

        init(_ bank: WaveletBank, height: Int, width: Int, mode: WaveletMode) {
            // With ends that are wrapped, each level has room where its approximation was.
            buffers =
                mode == .periodic
                ? [TensorBuffer(floatCount: bank.planes * height * width)]
                : bank.levels.map { TensorBuffer(floatCount: bank.planes * $0.coefficientCount) }
            var blocks: [WaveletBank.Block] = []
            for (index, level) in bank.levels.enumerated() {
                guard let start = buffers[mode == .periodic ? 0 : index].floats.baseAddress else { continue }
                blocks.append(
                    mode == .periodic
                        ? WaveletBank.Block(start: start, planeStride: height * width, rowStride: width)
                        : WaveletBank.Block(
                            start: start, planeStride: level.coefficientCount, rowStride: 2 * level.columns.half))
            }
            self.blocks = blocks
        }
    }

    /// - Parameters:
    ///   - type: real or complex images, … × H × W.
    ///   - levels: at least 1, and no more than fit.
    ///   - threads: threads that share the work; the bits do not depend on how many.
    /// - Throws: where the images have no planes, or the levels do not fit.
    package init(_ type: TensorType, wavelet: Wavelet, levels: Int, mode: WaveletMode, threads: Int = 1)
        throws(ImagingError)
    {
        try mode.check(levels: levels, on: type.shape)
        self.type = type
        let sides = type.shape.trailing(2)
        bank = WaveletBank(
            planes: type.shape.count / (sides[0] * sides[1]), height: sides[0], width: sides[1], wavelet: wavelet,
            levels: levels, mode: mode, threads: threads)
        coefficients = (0..<type.element.floats).map { [bank] _ in
            Coefficients(bank, height: sides[0], width: sides[1], mode: mode)
        }
        part = type.element == .complex64 ? Scratch(TensorType(type.shape)) : nil
    }

    /// Bytes of memory that one keeps for images of a type.
    package static func scratchBytes(_ type: TensorType, wavelet: Wavelet, levels: Int, mode: WaveletMode) -> Int {
        let sides = type.shape.trailing(2)
        let planes = type.shape.count / max(sides.reduce(1, *), 1)
        let sizes = WaveletLevel.all(
            height: sides[0], width: sides[1], wavelet: wavelet, levels: levels, mode: mode)
        let own = mode == .periodic ? sides[0] * sides[1] : sizes.reduce(0) { $0 + $1.coefficientCount }
        let part = type.element == .complex64 ? type.shape.count : 0
        let floats = planes * (own * type.element.floats + (sizes.map(\.scratchCount).max() ?? 0)) + part
        return floats * MemoryLayout<Float>.stride
    }

    /// `Σ |details|`, of complex images of magnitudes of details, in double precision.
    ///
    /// - Precondition: `x` is of ``type``.
    package func value(_ x: TensorView) -> Double {
        analyse(x)
        let starts = coefficients.map { $0.blocks.map(\.start) }
        return bank.detailSum(coefficients[0].blocks) { level, offset, count in
            starts.count == 1
                ? SoftThreshold.norm(starts[0][level] + offset, count: count)
                : SoftThreshold.norm(starts[0][level] + offset, starts[1][level] + offset, count: count, step: 1)
        }
    }

    /// Writes a subgradient of ``value(_:)``: the details' signs, transformed back without approximation.
    ///
    /// - Precondition: both are of ``type``, and share no memory.
    package func subgradient(_ x: TensorView, into g: MutableTensorView) {
        analyse(x)
        change { re, im, count in
            if let im {
                SoftThreshold.sign(re, im, into: re, im, count: count, step: 1)
            } else {
                SoftThreshold.sign(re, into: re, count: count)
            }
        }
        clearApproximation()
        synthesise(into: g)
    }

    /// Writes `x` with its details soft-thresholded.
    ///
    /// - Parameters:
    ///   - threshold: 0 or more.
    /// - Precondition: both are of ``type``, and share no memory.
    package func shrink(_ x: TensorView, by threshold: Float, into u: MutableTensorView) {
        analyse(x)
        change { re, im, count in
            if let im {
                SoftThreshold.shrink(re, im, by: threshold, into: re, im, count: count, step: 1)
            } else {
                SoftThreshold.shrink(re, by: threshold, into: re, count: count)
            }
        }
        synthesise(into: u)
    }

    // MARK: There and back

    private func analyse(_ x: TensorView) {
        precondition(x.type == type, "a wavelet transform of \(x.type)")
        guard let part else {
            if let start = x.floats.baseAddress { bank.analyse(block(reading: start), into: coefficients[0].blocks) }
            return
        }
        for index in 0..<2 {
            part.view.copy(part: index, of: x)
            if let start = part.readOnly.floats.baseAddress {
                bank.analyse(block(reading: start), into: coefficients[index].blocks)
            }
        }
    }

    private func synthesise(into u: MutableTensorView) {
        precondition(u.type == type, "a wavelet transform into \(u.type)")
        guard let part else {
            if let start = u.floats.baseAddress { bank.synthesise(coefficients[0].blocks, into: block(start)) }
            return
        }
        for index in 0..<2 {
            guard let start = part.view.floats.baseAddress else { return }
            bank.synthesise(coefficients[index].blocks, into: block(start))
            u.setPart(index, to: part.readOnly)
        }
    }

    private func block(_ start: UnsafeMutablePointer<Float>) -> WaveletBank.Block {
        let sides = type.shape.trailing(2)
        return WaveletBank.Block(start: start, planeStride: sides[0] * sides[1], rowStride: sides[1])
    }

    /// An image that is only read, as the bank's blocks can also be written.
    private func block(reading start: UnsafePointer<Float>) -> WaveletBank.Block {
        block(UnsafeMutablePointer(mutating: start))
    }

    private func change(
        _ body: (_ re: UnsafeMutablePointer<Float>, _ im: UnsafeMutablePointer<Float>?, _ count: Int) -> Void
    ) {
        let starts = coefficients.map { $0.blocks.map(\.start) }
        bank.eachDetail(coefficients[0].blocks) { level, offset, count in
            body(starts[0][level] + offset, starts.count == 2 ? starts[1][level] + offset : nil, count)
        }
    }

    private func clearApproximation() {
        guard let last = bank.levels.last else { return }
        for block in coefficients.compactMap(\.blocks.last) {
            for plane in 0..<bank.planes {
                for row in 0..<last.rows.half {
                    (block.start + plane * block.planeStride + row * block.rowStride).update(
                        repeating: 0, count: last.columns.half)
                }
            }
        }
    }
}

extension WaveletMode {
    /// Looks whether images can be taken apart by so many levels.
    ///
    /// - Throws: ``ImagingError`` where they have no planes, or fewer levels fit.
    package func check(levels: Int, on images: Shape) throws(ImagingError) {
        guard images.rank >= 2, images.count > 0 else {
            throw .planeShape(images, operation: "a wavelet transform")
        }
        let sides = images.trailing(2)
        let deepest = self == .periodic ? Wavelet.deepestPeriodic(sides) : Wavelet.deepestPadded(sides)
        guard levels >= 1, levels <= deepest else {
            throw .waveletLevels(levels, deepest: deepest, mode: self, sides: sides)
        }
    }
}
