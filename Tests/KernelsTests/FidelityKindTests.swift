import GraphModel
import Imaging
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

/// Kinds that ask an operator for more than `A x`, each against its definition.
@Suite("Data fidelity and least squares as kinds")
struct FidelityKindTests {
    private static let blur = Blur([.gaussian(sigma: [0.6, 0.9], angle: 10)], padding: .replicate)
    private let image = Tensor.random([1, 2, 12, 10], seed: 1)
    private let y = Tensor.random([1, 2, 12, 10], seed: 2)

    private func map() throws -> PaddedBlur {
        try PaddedBlur(
            kernel: gaussianBlurKernel(sigma: (0.6, 0.9), angle: 10), shape: image.shape, padding: .replicate)
    }

    @Test("the value of the fidelity, the normal operator and the norm")
    func values() throws {
        let values = try KernelEvaluation(["x": image, "y": y]) { g in
            let (x, y) = (g.load("x"), g.load("y"))
            _ = g.keep("f", DataFidelity(Self.blur, sigma: 0.5), x, y)
            _ = g.keep("n", Normal(Self.blur), x)
            _ = g.keep("norm", SquaredNorm(Self.blur), x)
        }
        let map = try map()
        let residual = zip(map.apply(image).values, y.values).map { Double($0) - Double($1) }
        let expected = residual.reduce(0) { $0 + $1 * $1 } / (2 * 0.25)
        #expect(abs(Double(values["f"].values[0]) - expected) <= 1e-5 * expected)
        #expect(values["n"] == map.normal(image))
        let norm = Double(values["norm"].values[0])
        #expect(abs(norm - squaredNorm(of: map, iterations: 3000, tolerance: 1e-9).value) <= 2e-3)
    }

    @Test("the prox solves its normal equations", arguments: [0.5, 1, 10])
    func prox(gamma: Double) throws {
        let solver = LinearSolver(iterations: 200, tolerance: 1e-6)
        let values = try KernelEvaluation(["z": image, "y": y]) { g in
            let (z, y) = (g.load("z"), g.load("y"))
            _ = g.keep("u", DataProx(Self.blur, gamma: Setting(gamma), sigma: 0.7, solver: solver), z, y)
        }
        // γ/σ² Aᵀ(A u − y) + u − z = 0
        let map = try map()
        let u = values["u"]
        let difference = Tensor(y.shape, zip(map.apply(u).values, y.values).map { $0 - $1 })
        let gradient = map.adjoint(difference)
        let rest = zip(zip(gradient.values, u.values), image.values).map { pair, z in
            Float(gamma / 0.49) * pair.0 + pair.1 - z
        }
        #expect(rest.map { abs($0) }.max() ?? 1 <= 1e-4 * Float(max(gamma, 1)))
    }

    @Test("iterations beyond what single precision tells change nothing")
    func converged() throws {
        // Without an end at rounding, fifty iterations lead to values of 4e9.
        let measured = Tensor([1, 1, 8, 8], (0..<64).map { Float(($0 * 7919) % 101) / 100 })
        let map = Downsampling(.bicubic, factor: 2)
        let values = try KernelEvaluation(["y": measured]) { g in
            let y = g.load("y")
            for (name, tolerance) in [("ended", 1e-6), ("unended", 0)] {
                let solver = LinearSolver(iterations: 50, tolerance: Setting(tolerance))
                g.keep(name, PseudoInverse(map, solver: solver), y)
            }
        }
        #expect(relativeDifference(values["unended"], reference: values["ended"]) <= 1e-4)
    }

    @Test("the pseudo-inverse gives back what was measured, where nothing is lost")
    func pseudoInverse() throws {
        let solver = LinearSolver(iterations: 500, tolerance: 1e-7)
        let values = try KernelEvaluation(["x": image]) { g in
            let x = g.load("x")
            _ = g.keep("back", PseudoInverse(Self.blur, solver: solver), g.keep("y", Measure(Self.blur), x))
        }
        #expect(relativeDifference(values["back"], reference: image) <= 1e-2)
    }

    @Test("complex images are treated part by part", arguments: BorderPadding.allCases)
    func complex(padding: BorderPadding) throws {
        let blur = Blur([.gaussian(sigma: [0.6, 0.9], angle: 10)], padding: padding)
        let (re, im) = (Tensor.random([1, 2, 12, 10], seed: 3), Tensor.random([1, 2, 12, 10], seed: 4))
        let both = Tensor(TensorType(re.shape, .complex64), zip(re.values, im.values).flatMap { [$0, $1] })
        let values = try KernelEvaluation(["both": both, "re": re, "im": im]) { g in
            for name in ["both", "re", "im"] { _ = g.keep("\(name)-y", Measure(blur), g.load(name)) }
        }
        let measured = values["both-y"]
        #expect(measured.type.element == .complex64)
        #expect(stride(from: 0, to: measured.values.count, by: 2).map { measured.values[$0] } == values["re-y"].values)
        #expect(stride(from: 1, to: measured.values.count, by: 2).map { measured.values[$0] } == values["im-y"].values)
    }
}
