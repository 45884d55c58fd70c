import Imaging
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Downsampling")
struct DownsamplingOperatorTests {
    /// A filter's sides (none for bare decimation), the factor, the images and the padding.
    struct Sample: Sendable {
        let kernel: Shape?
        let factor: Int
        let image: Shape
        var padding = BorderPadding.circular

        func make(threads: Int = 1) throws -> DownsamplingOperator {
            try DownsamplingOperator(
                kernel: kernel.map { .random($0, seed: 3) }, factor: factor, shape: image, padding: padding,
                threads: threads)
        }

        static let all =
            [
                Sample(kernel: nil, factor: 1, image: [1, 1, 3, 4]),
                Sample(kernel: nil, factor: 3, image: [2, 2, 7, 9]),
                Sample(kernel: nil, factor: 9, image: [5, 4]), Sample(kernel: [1, 1, 5, 4], factor: 1, image: [6, 7]),
            ]
            + BorderPadding.allCases.flatMap { padding in
                [
                    Sample(kernel: [1, 1, 8, 8], factor: 2, image: [1, 3, 17, 20], padding: padding),
                    Sample(kernel: [1, 1, 3, 6], factor: 5, image: [2, 1, 16, 13], padding: padding),
                ]
            }
    }

    /// The example in the documentation of deepinv's `Downsampling`: a bright pixel, a Gaussian, factor 2.
    @Test("gives the values of deepinv's documentation")
    func example() throws {
        var values = [Float](repeating: 0, count: 32 * 32)
        values[16 * 32 + 16] = 1
        let map = try DownsamplingOperator(
            kernel: DownsamplingFilter.gaussian.kernel(factor: 2), factor: 2, shape: [1, 1, 32, 32], padding: .circular)
        let y = map.apply(Tensor([1, 1, 32, 32], values)).values
        let found = (7..<10).flatMap { row in y[row * 16 + 7..<row * 16 + 10] }
        let expected: [Float] = [0.0146, 0.0241, 0.0146, 0.0241, 0.0398, 0.0241, 0.0146, 0.0241, 0.0146]
        for (value, goal) in zip(found, expected) { #expect(abs(value - goal) <= 0.5001e-4) }
    }

    /// One axis of each, computed with NumPy and SciPy from deepinv's formulas.
    @Test(
        "filters are products of the interpolations' weights",
        arguments: [
            (DownsamplingFilter.bilinear, [0.125, 0.375]),
            (.bicubic, [-0.011_718_75, -0.035_156_25, 0.113_281_25, 0.433_593_75]),
            (.sinc, [-0.012_332_74, -0.043_956_83, 0.118_018_16, 0.438_271_41]),
        ])
    func filters(filter: DownsamplingFilter, half: [Double]) throws {
        let kernel = try filter.kernel(factor: 2)
        let taps = half + half.reversed()
        let expected = taps.flatMap { a in taps.map { Float(a * $0) } }
        #expect(maxDifference(kernel, Tensor([1, 1, taps.count, taps.count], expected)) <= 1e-6)
    }

    @Test("every filter adds up to 1", arguments: DownsamplingFilter.allCases, [1, 2, 3, 7])
    func sums(filter: DownsamplingFilter, factor: Int) throws {
        let sum = try filter.kernel(factor: factor).values.reduce(0) { $0 + Double($1) }
        #expect(abs(sum - 1) <= 1e-6)
    }

    @Test("takes every factor-th pixel of the filtered image", arguments: Sample.all)
    func decimation(_ sample: Sample) throws {
        let x = Tensor.random(sample.image, seed: 1)
        let filtered =
            try sample.kernel.map {
                try PaddedBlur(kernel: .random($0, seed: 3), shape: sample.image, padding: sample.padding).apply(x)
            } ?? x
        let sides = filtered.shape.trailing(2)
        let expected = filtered.values.enumerated().filter { index, _ in
            (index / sides[1] % sides[0]).isMultiple(of: sample.factor)
                && (index % sides[1]).isMultiple(of: sample.factor)
        }
        #expect(try sample.make().apply(x).values == expected.map(\.element))
    }

    @Test("<A x, y> = <x, Aᵀ y>, and AᵀA is both", arguments: Sample.all)
    func adjoint(_ sample: Sample) throws {
        let map = try sample.make(threads: 2)
        try expectAdjoint(map)
    }

    @Test("refuses factors and shapes that are none", arguments: [0, -1, 501, .max])
    func refusals(factor: Int) {
        let error = ImagingError.downsamplingFactor(factor)
        #expect(throws: error) {
            try DownsamplingOperator(kernel: nil, factor: factor, shape: [4, 4], padding: .circular)
        }
        #expect(throws: error) { try DownsamplingFilter.sinc.kernel(factor: factor) }
        #expect(
            error.description == "a downsampling factor of \(factor) cannot be; give a whole number from 1 to 500")
        #expect(throws: ImagingError.planeShape([4], operation: "downsampling")) {
            try DownsamplingOperator(kernel: nil, factor: 2, shape: [4], padding: .circular)
        }
    }
}

/// Holds an operator to `<A x, y> = <x, Aᵀ y>` and its `AᵀA` and `A Aᵀ` to its `A` and `Aᵀ`.
func expectAdjoint(_ map: any LinearOperator, sourceLocation: SourceLocation = #_sourceLocation) throws {
    for seed in [1, 2, 3] as [UInt64] {
        let x = Tensor.random(map.domain.shape, seed: seed)
        let y = Tensor.random(map.range.shape, seed: seed + 100)
        let (ax, aty) = (map.apply(x), map.adjoint(y))
        let products = withViews([ax, y, x, aty]) {
            (inner($0[0], $0[1]), inner($0[2], $0[3]), norm($0[0]), norm($0[1]))
        }
        #expect(
            abs(products.0 - products.1) <= 1e-5 * products.2 * products.3, sourceLocation: sourceLocation)
        #expect(
            relativeDifference(map.normal(x), reference: map.adjoint(ax)) <= 1e-5, sourceLocation: sourceLocation)
        #expect(map.adjointNormal(y) == map.apply(aty), sourceLocation: sourceLocation)
    }
}
