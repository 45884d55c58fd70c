import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Correlation of a row")
struct CorrelationTests {
    /// Widths around those of the vector loops.
    @Test("is its sum", arguments: [1, 2, 15, 16, 63, 64, 65, 127, 128, 200], [[1, 1], [1, 5], [4, 1], [3, 4]])
    func sum(width: Int, taps: [Int]) {
        let (rows, columns) = (taps[0], taps[1])
        let stride = width + columns + 2
        let input = Tensor.random([rows, stride], seed: 1).values
        let weights = Tensor.random([rows, columns], seed: 2).values
        var found = [Float](repeating: .nan, count: width + 1)
        Correlation.row(
            &found, width: width, of: input, stride: stride, weights: weights, rows: rows, columns: columns)
        for j in 0..<width {
            var expected = 0.0
            for a in 0..<rows {
                for b in 0..<columns {
                    expected += Double(weights[a * columns + b]) * Double(input[a * stride + j + b])
                }
            }
            #expect(abs(Double(found[j]) - expected) <= 1e-6)
        }
        #expect(found[width].isNaN)
    }
}
