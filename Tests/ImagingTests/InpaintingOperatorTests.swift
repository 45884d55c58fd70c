import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Inpainting")
struct InpaintingOperatorTests {
    /// The example in the documentation of deepinv's `Inpainting`: only the last row is known.
    @Test("keeps what the mask keeps")
    func example() throws {
        let map = try InpaintingOperator(
            mask: Tensor([1, 3, 3], [0, 0, 0, 0, 0, 0, 1, 1, 1]), shape: [1, 1, 3, 3])
        let x = Tensor([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 0.4033, 0.8380, -0.7193])
        #expect(map.apply(x).values == [0, 0, 0, 0, 0, 0, 0.4033, 0.8380, -0.7193])
    }

    @Test(
        "is its own adjoint, with masks of every shape",
        arguments: [[2, 3, 4, 5], [1, 3, 4, 5], [3, 4, 5], [1, 4, 5], [4, 5], [5], [4, 1], [3, 1, 1], [1], []]
            as [Shape])
    func adjoint(mask: Shape) throws {
        let map = try InpaintingOperator(mask: .random(mask, seed: 1), shape: [2, 3, 4, 5])
        try expectAdjoint(map)
        let ones = map.apply(Tensor([2, 3, 4, 5], [Float](repeating: 1, count: 120))).values
        let values = Tensor.random(mask, seed: 1).values
        let dimensions = Array(repeating: 1, count: 4 - mask.rank) + mask.dimensions
        for (i, value) in ones.enumerated() {
            let index = [i / 60, i / 20 % 3, i / 5 % 4, i % 5]
            let place = zip(index, dimensions).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
            #expect(value == values[place])
        }
    }

    @Test("random masks keep their share, whole pixels or each channel", arguments: [0, 0.3, 0.8, 1], [true, false])
    func random(share: Double, pixelwise: Bool) throws {
        let shape: Shape = [1, 3, 100, 120]
        let mask = try InpaintingOperator.randomMask(keeping: share, pixelwise: pixelwise, shape: shape, seed: 5)
        #expect(mask.shape == (pixelwise ? [1, 100, 120] : shape))
        let values = mask.values
        #expect(values.allSatisfy { $0 == 0 || $0 == 1 })
        let deviation = (share * (1 - share) / Double(values.count)).squareRoot()
        #expect(abs(Double(values.reduce(0, +)) / Double(values.count) - share) <= 4 * deviation)
        let other = try InpaintingOperator.randomMask(keeping: share, pixelwise: pixelwise, shape: shape, seed: 6)
        #expect((mask == other) == (share == 0 || share == 1))
    }

    @Test("refuses masks that do not fit")
    func refusals() {
        let error = ImagingError.maskShape([3, 2], image: [1, 1, 4, 2])
        #expect(throws: error) { try InpaintingOperator(mask: Tensor([3, 2]), shape: [1, 1, 4, 2]) }
        #expect(
            error.description
                == "a mask of shape 3 × 2 does not fit images of 1 × 1 × 4 × 2; give one of that shape, in which axes may "
                + "have extent 1, and those in front may be missing")
        #expect(throws: ImagingError.maskShape([1, 1, 2], image: [1, 2])) {
            try InpaintingOperator(mask: Tensor([1, 1, 2]), shape: [1, 2])
        }
        #expect(throws: ImagingError.maskValue(index: 1)) {
            try InpaintingOperator(mask: Tensor([2], [1, .infinity]), shape: [1, 2])
        }
        #expect(
            ImagingError.maskValue(index: 1).description
                == "the mask's value number 1 is not finite; check the file it came from")
        #expect(throws: ImagingError.maskShare(1.5)) {
            try InpaintingOperator.randomMask(keeping: 1.5, pixelwise: true, shape: [1, 2], seed: 0)
        }
        #expect(
            ImagingError.maskShare(1.5).description
                == "a mask cannot keep a share of 1.5 of the pixels; give a number from 0 to 1")
    }
}
