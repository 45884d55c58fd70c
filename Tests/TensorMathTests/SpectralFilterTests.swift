import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Spectral filter")
struct SpectralFilterTests {
    static let sizes = [[1, 1], [1, 2], [2, 1], [3, 5], [8, 6], [7, 16], [1, 9], [13, 4], [40, 37]]

    @Test("convolves periodically, forward and turned around", arguments: sizes)
    func convolution(size: [Int]) throws {
        let (height, width) = (size[0], size[1])
        let filter = try SpectralFilter(height: height, width: width, threads: 2)
        let kernel = Tensor.random([height, width], seed: 1).values.map(Double.init)
        let x = Tensor.random([height, width], seed: 2)
        let weights = try filter.weights(of: kernel)
        for conjugated in [false, true] {
            let found = try run(filter, weights, x, conjugated: conjugated)
            let expected = direct(x.values, kernel, height, width, conjugated ? 1 : -1)
            #expect(relativeDifference(found, reference: Tensor([height, width], expected)) <= 1e-6)
        }
        let squared = try run(filter, try filter.squaredWeights(of: [kernel, kernel]), x)
        let once = direct(x.values, kernel, height, width, -1)
        let twice = direct(once, kernel, height, width, 1).map { 2 * $0 }
        #expect(relativeDifference(squared, reference: Tensor([height, width], twice)) <= 1e-5)
    }

    @Test("copies and sums of copies are each other's adjoints")
    func axes() throws {
        let filter = try SpectralFilter(height: 12, width: 10)
        var delta = [Double](repeating: 0, count: 120)
        delta[0] = 1
        let weights = try filter.weights(of: delta)
        let (rows, columns) = (
            GridAxis(count: 5, period: 12, copies: [(11, 0), (7, 4), (5, 4)]),
            GridAxis(count: 7, period: 10, copies: [(9, 6), (8, 6)])
        )
        let whole = (GridAxis(count: 12, period: 12), GridAxis(count: 10, period: 10))
        let x = Tensor.random([5, 7], seed: 1)
        let y = Tensor.random([12, 10], seed: 2)
        let laid = apply(filter, weights, x, (rows, columns), whole, [12, 10])
        let read = apply(filter, weights, y, whole, (rows, columns), [5, 7])
        // The positions of each value, written out.
        let sources = ([0, 1, 2, 3, 4, 4, nil, 4, nil, nil, nil, 0], [0, 1, 2, 3, 4, 5, 6, nil, 6, 6] as [Int?])
        var (expected, sums) = ([Float](), [Float](repeating: 0, count: 35))
        for (i, row) in sources.0.enumerated() {
            for (j, column) in sources.1.enumerated() {
                guard let row, let column else {
                    expected.append(0)
                    continue
                }
                expected.append(x.values[row * 7 + column])
                sums[row * 7 + column] += y.values[i * 10 + j]
            }
        }
        #expect(maxDifference(laid, Tensor([12, 10], expected)) <= 1e-6)
        #expect(maxDifference(read, Tensor([5, 7], sums)) <= 1e-5)
    }

    @Test("has the same bits on any number of threads, and from one filter to the next", arguments: [1, 2, 3, 8])
    func sameBits(threads: Int) throws {
        let kernel = Tensor.random([210, 192], seed: 1).values.map(Double.init)
        let x = Tensor.random([210, 192], seed: 2)
        let one = try SpectralFilter(height: 210, width: 192)
        let other = try SpectralFilter(height: 210, width: 192, threads: threads)
        #expect(other.lanes == threads)
        #expect(try run(one, one.weights(of: kernel), x) == run(other, other.weights(of: kernel), x))
    }

    @Test(
        "refuses sides that are none or too long",
        arguments: [[0, 4], [4, 0], [-1, 4], [1 << 40, 4], [1 << 20, 1 << 20]])
    func refusals(size: [Int]) {
        #expect(throws: TensorMathError.extents(height: size[0], width: size[1])) {
            try SpectralFilter(height: size[0], width: size[1])
        }
    }

    private func run(
        _ filter: SpectralFilter, _ weights: SpectralFilter.Weights, _ x: Tensor, conjugated: Bool = false
    ) throws -> Tensor {
        let axes = (
            GridAxis(count: filter.height, period: filter.height), GridAxis(count: filter.width, period: filter.width)
        )
        return apply(filter, weights, x, axes, axes, x.shape, conjugated: conjugated)
    }

    private func apply(
        _ filter: SpectralFilter, _ weights: SpectralFilter.Weights, _ x: Tensor, _ from: (GridAxis, GridAxis),
        _ to: (GridAxis, GridAxis), _ shape: Shape, conjugated: Bool = false
    ) -> Tensor {
        var output = Tensor(shape)
        output.withMutableView { output in
            x.withView { x in
                guard let input = x.floats.baseAddress, let result = output.floats.baseAddress else { return }
                filter.apply(
                    weights, conjugated: conjugated, input, rows: from.0, columns: from.1, into: result, rows: to.0,
                    columns: to.1)
            }
        }
        return output
    }

    /// `y[i] = Σ_m k[m] x[i ± m]`, periodic in both axes.
    private func direct(_ x: [Float], _ kernel: [Double], _ height: Int, _ width: Int, _ sign: Int) -> [Float] {
        (0..<height * width).map { index in
            let (row, column) = index.quotientAndRemainder(dividingBy: width)
            var sum = 0.0
            for a in 0..<height {
                for b in 0..<width {
                    let (r, s) = ((row + sign * a + height) % height, (column + sign * b + width) % width)
                    sum += kernel[a * width + b] * Double(x[r * width + s])
                }
            }
            return Float(sum)
        }
    }
}
