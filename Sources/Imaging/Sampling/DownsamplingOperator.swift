package import Tensors

/// A low-pass filter and then every `factor`-th pixel of every `factor`-th row, from the first on: deepinv's
/// `Downsampling`.
///
/// The adjoint puts the measurement's pixels among zeros and applies the filter's adjoint; it is exact for every size.
package final class DownsamplingOperator: LinearOperator {
    package let domain: TensorType
    package let range: TensorType

    private let factor: Int
    /// `nil` for bare decimation.
    private let filter: PaddedBlur?
    private let filtered: Scratch

    /// - Parameters:
    ///   - kernel: of the filter, as ``PaddedBlur`` takes it; `nil` for none.
    ///   - factor: from 1 to ``DownsamplingFilter/largestFactor``.
    ///   - shape: the images', `… × H × W`.
    ///   - threads: threads that share the work.
    /// - Throws: where the factor is out of range, or what ``PaddedBlur`` throws.
    package init(
        kernel: Tensor?, factor: Int, shape: Shape, padding: BorderPadding, threads: Int = 1
    ) throws(ImagingError) {
        guard (1...DownsamplingFilter.largestFactor).contains(factor) else { throw .downsamplingFactor(factor) }
        guard shape.rank >= 2, shape.count > 0 else { throw .planeShape(shape, operation: "downsampling") }
        self.factor = factor
        domain = TensorType(shape)
        if let kernel {
            filter = try PaddedBlur(kernel: kernel, shape: shape, padding: padding, threads: threads)
        } else {
            filter = nil
        }
        let full = filter?.range ?? domain
        let sides = full.shape.trailing(2).map { ($0 - 1) / factor + 1 }
        range = TensorType(full.shape.replacingTrailing(sides))
        filtered = Scratch(full)
    }

    package func apply(_ x: TensorView, into y: MutableTensorView) {
        precondition(x.type == domain && y.type == range, "downsampling of \(x.type) to \(y.type)")
        guard let filter else {
            decimate(x, into: y)
            return
        }
        filter.apply(x, into: filtered.view)
        decimate(filtered.readOnly, into: y)
    }

    package func adjoint(_ y: TensorView, into x: MutableTensorView) {
        precondition(y.type == range && x.type == domain, "adjoint downsampling of \(y.type) to \(x.type)")
        guard let filter else {
            spread(y, into: x)
            return
        }
        spread(y, into: filtered.view)
        filter.adjoint(filtered.readOnly, into: x)
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        precondition(x.type == domain && z.type == domain, "normal downsampling of \(x.type) to \(z.type)")
        guard let filter else {
            z.copy(from: x)
            keepSampled(z)
            return
        }
        filter.apply(x, into: filtered.view)
        keepSampled(filtered.view)
        filter.adjoint(filtered.readOnly, into: z)
    }

    /// Takes every `factor`-th pixel.
    private func decimate(_ full: TensorView, into small: MutableTensorView) {
        forEachSample(full.shape) { sample, pixel in small.floats[sample] = full.floats[pixel] }
    }

    /// Puts pixels back where they were taken, zeros elsewhere.
    private func spread(_ small: TensorView, into full: MutableTensorView) {
        full.fill(0)
        forEachSample(full.shape) { sample, pixel in full.floats[pixel] = small.floats[sample] }
    }

    /// Makes every pixel 0 that is not taken.
    private func keepSampled(_ full: MutableTensorView) {
        let sides = full.shape.trailing(2)
        for row in 0..<full.floats.count / sides[1] {
            let isTaken = (row % sides[0]).isMultiple(of: factor)
            for column in 0..<sides[1] where !isTaken || !column.isMultiple(of: factor) {
                full.floats[row * sides[1] + column] = 0
            }
        }
    }

    /// Calls `body` with each index of a measurement and that of the pixel it is taken from.
    @inline(__always)
    private func forEachSample(_ full: Shape, _ body: (_ sample: Int, _ pixel: Int) -> Void) {
        let (height, width) = (full[full.rank - 2], full[full.rank - 1])
        var sample = 0
        for plane in 0..<full.count / (height * width) {
            for row in stride(from: 0, to: height, by: factor) {
                for column in stride(from: 0, to: width, by: factor) {
                    body(sample, (plane * height + row) * width + column)
                    sample += 1
                }
            }
        }
    }
}
