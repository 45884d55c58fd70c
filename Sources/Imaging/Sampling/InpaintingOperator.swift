package import Tensors

/// Multiplication of every pixel with its entry of a mask, mostly 1 where it is known and 0 where not: deepinv's
/// `Inpainting`.
package final class InpaintingOperator: LinearOperator {
    package let domain: TensorType
    package var range: TensorType { domain }

    private let mask: Tensor

    /// - Parameters:
    ///   - mask: of the images' shape but for axes that it lacks in front or that have extent 1, along which it is
    ///     repeated.
    ///   - images: their type; real or complex.
    /// - Throws: where the mask does not fit, or a value is not finite.
    package init(mask: Tensor, images: TensorType) throws(ImagingError) {
        let shape = images.shape
        guard InpaintingOperator.fits(mask.type, images: shape) else { throw .maskShape(mask.shape, image: shape) }
        if let index = mask.values.firstIndex(where: { !$0.isFinite }) { throw .maskValue(index: index) }
        domain = images
        self.mask = InpaintingOperator.repeated(mask, over: shape)
    }

    /// A mask of real images.
    ///
    /// - Throws: as ``init(mask:images:)``.
    package convenience init(mask: Tensor, shape: Shape) throws(ImagingError) {
        try self.init(mask: mask, images: TensorType(shape))
    }

    /// Whether a mask can be repeated over images of a shape.
    package static func fits(_ mask: TensorType, images shape: Shape) -> Bool {
        let missing = shape.rank - mask.shape.rank
        return mask.element == .float32 && missing >= 0 && shape.count > 0
            && zip(mask.shape.dimensions, shape.dimensions.dropFirst(missing)).allSatisfy { $0 == 1 || $0 == $1 }
    }

    /// A mask that keeps pixels at random, each with the same probability.
    ///
    /// - Parameters:
    ///   - keeping: probability that a pixel is known, from 0 to 1.
    ///   - pixelwise: whether all channels of a pixel of `N × C × H × W` are known or none.
    ///   - seed: of ``CounterRandom``; `instance`, index over an axis of masks.
    /// - Throws: where the probability is none.
    package static func randomMask(
        keeping share: Double, pixelwise: Bool, shape: Shape, seed: UInt64, instance: Int = 0
    ) throws(ImagingError) -> Tensor {
        guard (0...1).contains(share) else { throw .maskShare(share) }
        let own = pixelwise && shape.rank >= 3 ? Shape([1] + shape.trailing(2)) : shape
        return Tensor.made(TensorType(own)) { mask in
            CounterRandom.uniform(
                into: mask, seed: seed, node: CounterRandom.hash("inpainting-mask"), instance: instance)
            for i in mask.floats.indices { mask.floats[i] = Double(mask.floats[i]) < 2 * share - 1 ? 1 : 0 }
        }
    }

    package func apply(_ x: TensorView, into y: MutableTensorView) {
        precondition(x.type == domain && y.type == domain, "inpainting mask on \(x.type) to \(y.type)")
        mask.withView { mask in
            multiply(x, into: y) { mask.floats[$0] }
        }
    }

    package func adjoint(_ y: TensorView, into x: MutableTensorView) {
        apply(y, into: x)
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        precondition(x.type == domain && z.type == domain, "inpainting mask on \(x.type) to \(z.type)")
        mask.withView { mask in
            multiply(x, into: z) { mask.floats[$0] * mask.floats[$0] }
        }
    }

    @inline(__always)
    private func multiply(_ x: TensorView, into y: MutableTensorView, _ factor: (_ element: Int) -> Float) {
        if domain.element == .float32 {
            for i in y.floats.indices { y.floats[i] = x.floats[i] * factor(i) }
        } else {
            for i in 0..<domain.shape.count {
                let own = factor(i)
                y.floats[2 * i] = x.floats[2 * i] * own
                y.floats[2 * i + 1] = x.floats[2 * i + 1] * own
            }
        }
    }

    /// The mask at full size.
    private static func repeated(_ mask: Tensor, over shape: Shape) -> Tensor {
        let dimensions = Array(repeating: 1, count: shape.rank - mask.shape.rank) + mask.shape.dimensions
        let values = mask.values
        // The step in the mask's memory for one index further along each of the image's axes.
        var steps = [Int](repeating: 0, count: shape.rank)
        var step = 1
        for axis in (0..<shape.rank).reversed() {
            steps[axis] = dimensions[axis] == 1 ? 0 : step
            step *= dimensions[axis]
        }
        return Tensor.made(TensorType(shape)) { full in
            for i in full.floats.indices {
                var (rest, place) = (i, 0)
                for axis in (0..<shape.rank).reversed() {
                    place += rest % shape[axis] * steps[axis]
                    rest /= shape[axis]
                }
                full.floats[i] = values[place]
            }
        }
    }
}
