import GraphModel
import Imaging
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Kernels of measurement operators")
struct BlurKernelTests {
    private let x = Tensor.random([1, 2, 9, 8], seed: 1)
    private let y = Tensor.random([1, 2, 9, 8], seed: 2)
    /// Two kernels without symmetry.
    private let kernels = [Tensor.random([3, 4], seed: 3), Tensor.random([1, 2, 5], in: 0...1, seed: 4)]
        .map { $0.reshaped(Shape($0.shape.trailing(2))) }

    /// `Σ_m k[m] x[i + ⌊h/2⌋ − m]` on a torus, or its adjoint, number by number.
    private func convolve(_ x: Tensor, _ kernel: Tensor, adjoint: Bool = false) -> Tensor {
        let (height, width) = (x.shape[2], x.shape[3])
        let (rows, columns) = (kernel.shape[0], kernel.shape[1])
        var result = [Float](repeating: 0, count: x.shape.count)
        for plane in 0..<x.shape[1] {
            for i in 0..<height {
                for j in 0..<width {
                    var sum = 0.0
                    for r in 0..<rows {
                        for c in 0..<columns {
                            let (dr, dc) = (rows / 2 - r, columns / 2 - c)
                            let row = (i + (adjoint ? -dr : dr) + 2 * height) % height
                            let column = (j + (adjoint ? -dc : dc) + 2 * width) % width
                            sum +=
                                Double(kernel.values[r * columns + c])
                                * Double(x.values[(plane * height + row) * width + column])
                        }
                    }
                    result[(plane * height + i) * width + j] = Float(sum)
                }
            }
        }
        return Tensor(x.shape, result)
    }

    @Test("measure, adjoint and gradient of kernels from files, one for each instance")
    func files() throws {
        let tensors = ["x": x, "y": y, "k0": kernels[0], "k1": Tensor([1, 1, 2, 5], kernels[1].values.prefix(10))]
        let second = Tensor([2, 5], kernels[1].values.prefix(10))
        let result = try KernelEvaluation(tensors) { g in
            let (x, y) = (g.load("x"), g.load("y"))
            let blur = Blur([.file(path: "k{shard}.npy")])
            let shard = g.axis("shard", count: 2)
            _ = g.keep("blurred", Measure(blur), x, over: shard)
            _ = g.keep("back", Adjoint(blur), y, over: shard)
            _ = g.keep("gradient", DataGradient(blur, sigma: 0.5), x, y, over: shard)
        }
        for (index, kernel) in [kernels[0], second].enumerated() {
            let blurred = convolve(x, kernel)
            #expect(relativeDifference(result["blurred[\(index)]"], reference: blurred) <= 1e-5)
            let back = convolve(y, kernel, adjoint: true)
            #expect(relativeDifference(result["back[\(index)]"], reference: back) <= 1e-5)
            let residual = Tensor(x.shape, zip(blurred.values, y.values).map { $0 - $1 })
            let gradient = convolve(residual, kernel, adjoint: true)
            let weighted = Tensor(x.shape, gradient.values.map { $0 / 0.25 })
            #expect(relativeDifference(result["gradient[\(index)]"], reference: weighted) <= 1e-5)
        }
    }

    @Test("a Gaussian kernel is the one that its settings say")
    func gaussian() throws {
        let kernel = try gaussianBlurKernel(sigma: (1, 1.5), angle: 30)
        let result = try KernelEvaluation(["x": x]) { g in
            _ = g.keep("blurred", Measure(Blur([.gaussian(sigma: [1, 1.5], angle: 30)])), g.load("x"))
        }
        let expected = convolve(x, kernel.reshaped(Shape(kernel.shape.trailing(2))))
        #expect(relativeDifference(result["blurred"], reference: expected) <= 1e-5)
    }
}
