import Foundation
import GraphModel
import Imaging
import KernelTesting
import Kernels
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Fidelities of each value for itself")
struct FidelityFunctionTests {
    private static let all: [Fidelity] = [.l2, .l1, .poisson(gain: 0.2, background: 0.5), .amplitude]

    /// Measurements and what is expected, complex where the fidelity takes such.
    private func sample(_ fidelity: Fidelity, _ element: ElementType) -> (z: Tensor, y: Tensor) {
        let isCount = fidelity == .amplitude || fidelity == Self.all[2]
        return (
            Tensor.random([4, 10], in: isCount ? 0.1...1 : -1...1, element: element, seed: 1),
            Tensor.random(
                [4, 10], in: isCount ? 0...1 : -1...1, element: fidelity == .amplitude ? .float32 : element, seed: 2)
        )
    }

    private func evaluate(_ z: Tensor, _ y: Tensor, weight: Float = 0, _ kind: some NodeKind) throws -> Tensor {
        try KernelEvaluation(["z": z, "y": y, "weight": Tensor([], [weight])]) { g in
            let (z, y, weight) = (g.load("z"), g.load("y"), g.load("weight"))
            let inputs = type(of: kind).inputs.count == 3 ? [z, y, weight] : [z, y]
            g.output("found", g.add("found", kind, inputs: inputs))
        }["found"]
    }

    @Test("gradients and proximal operators belong to the value", arguments: all, ElementType.allCases)
    func consistency(_ fidelity: Fidelity, _ element: ElementType) throws {
        if element == .complex64, fidelity == Self.all[2] { return }
        let (z, y) = sample(fidelity, element)
        func value(_ z: Tensor) throws -> Double { Double(try evaluate(z, y, FidelityValue(fidelity)).values[0]) }
        let gradient = try evaluate(z, y, FidelityGradient(fidelity))
        // Along a direction, by central differences.
        let direction = Tensor.random(z.shape, in: -1e-2...1e-2, element: element, seed: 3)
        func moved(_ factor: Float) -> Tensor {
            Tensor(z.type, zip(z.values, direction.values).map { $0 + factor * $1 })
        }
        let slope = try (value(moved(1)) - value(moved(-1))) / 2
        var expected = 0.0
        for (left, right) in zip(gradient.values, direction.values) { expected += Double(left) * Double(right) }
        #expect(abs(slope - expected) <= 2e-3 * (1e-2 + abs(expected)))

        // 0 = w ∂f(u) + u − z where the gradient does not jump; l1 jumps at y.
        let u = try evaluate(z, y, weight: 0.3, FidelityProx(fidelity))
        let there = try evaluate(u, y, FidelityGradient(fidelity))
        for i in u.values.indices {
            if fidelity == .l1, abs(u.values[i] - y.values[i]) < 1e-3 {
                #expect(abs(z.values[i] - y.values[i]) <= 0.3 + 1e-3)
            } else {
                #expect(abs(0.3 * there.values[i] + u.values[i] - z.values[i]) <= 1e-4)
            }
        }

        // Moreau: prox of the conjugate with step s, plus s times the prox with 1/s of the value over s, is the value.
        let step: Float = 2.5
        let dual = try evaluate(z, y, weight: step, FidelityConjugateProx(fidelity))
        let scaled = Tensor(z.type, z.values.map { $0 / step })
        let primal = try evaluate(scaled, y, weight: 1 / step, FidelityProx(fidelity))
        let sum = Tensor(z.type, zip(dual.values, primal.values).map { $0 + step * $1 })
        #expect(maxDifference(sum, z) <= 2e-6)
    }

    @Test("dual steps of l1 stay in the box, and of l2 are what the formula says")
    func conjugates() throws {
        let (z, y) = (Tensor.random([50], in: -3...3, seed: 4), Tensor.random([50], seed: 5))
        let box = try evaluate(z, y, weight: 0.5, FidelityConjugateProx(.l1))
        let clipped: [Float] = zip(z.values, y.values).map { max(-1, min($0 - 0.5 * $1, 1)) }
        #expect(maxDifference(box, Tensor(z.shape, clipped)) <= 1e-6)
        let square = try evaluate(z, y, weight: 0.5, FidelityConjugateProx(.l2))
        let shrunk: [Float] = zip(z.values, y.values).map { ($0 - 0.5 * $1) / 1.5 }
        #expect(maxDifference(square, Tensor(z.shape, shrunk)) <= 1e-6)
    }

    @Test("where no Poisson counts are expected")
    func poisson() throws {
        let fidelity = Fidelity.poisson(gain: 0.5, background: 0.25)
        // Nothing was measured: the function is straight, also beyond its domain's end.
        let z = Tensor([3], [0.4, -0.125, -0.375])
        let nothing = Tensor([3])
        #expect(try evaluate(z, nothing, FidelityGradient(fidelity)).values == [2, 2, 2])
        #expect(try evaluate(z, nothing, FidelityValue(fidelity)).values == [.infinity])
        // −g b is as low as the prox goes.
        let u = try evaluate(z, nothing, weight: 1, FidelityProx(fidelity))
        #expect(u.values == [-0.125, -0.125, -0.125])
        #expect(throws: ImagingError.outsidePoisson(-0.5, background: 0.25)) {
            try evaluate(z, Tensor([3], [1, 0, 1]), FidelityGradient(fidelity))
        }
        #expect(
            "\(ImagingError.outsidePoisson(-0.5, background: 0.2))"
                == "the Poisson fidelity has no gradient where something was measured and -0.5 counts are expected; give a "
                + "larger 'background' than 0.2, or keep the image from falling below 0")
        #expect(throws: ImagingError.negativeMeasurement(-1, fidelity: "poisson")) {
            try evaluate(z, Tensor([3], [1, -1, 1]), FidelityValue(fidelity))
        }
        #expect(
            "\(ImagingError.negativeMeasurement(-1, fidelity: "amplitude"))"
                == "the fidelity 'amplitude' is of measurements of 0 or more, not -1.0; look at what it reads")
    }

    @Test("what is no measurement is refused")
    func refusals() {
        func complaint(_ z: TensorType, _ y: TensorType, _ fidelity: Fidelity) -> String {
            let files = FileFacts([
                FileReference("z.npy", .tensor): .tensor(z), FileReference("y.npy", .tensor): .tensor(y),
            ])
            do throws(GraphError) {
                let graph = try Graph("g", summary: "") { g in
                    let (z, y) = (g.add("z", Load("z.npy", as: .array)), g.add("y", Load("y.npy", as: .array)))
                    g.output("g", g.add("g", FidelityGradient(fidelity), z, y))
                }
                _ = try graph.expand(files)
                return ""
            } catch {
                return "\(error)"
            }
        }
        let (real, complex) = (TensorType([4, 3]), TensorType([4, 3], .complex64))
        #expect(complaint(complex, real, .amplitude) == "")
        #expect(
            complaint(complex, complex, .amplitude).hasSuffix(
                "the intensities are 4 × 3 complex64; for amplitudes of 4 × 3 complex64 they must be 4 × 3 float32"))
        #expect(
            complaint(complex, real, .l1).hasSuffix(
                "it compares 4 × 3 complex64 with measurements of 4 × 3 float32; both must be of one shape and sort"))
        #expect(
            complaint(complex, complex, .poisson(gain: 1)).hasSuffix(
                "the fidelity 'poisson' is of real values, not 4 × 3 complex64"))
        #expect(complaint(real, real, .poisson(gain: 0)).hasSuffix("'gain' is 0.0; it must be above 0"))
        #expect(
            complaint(real, real, .poisson(gain: 1, background: -1)).hasSuffix(
                "'background' is -1.0; it must be 0 or more"))
        #expect(throws: KernelError.value("the weight of a dual step is 0; it must be above 0")) {
            try evaluate(Tensor([1]), Tensor([1]), FidelityConjugateProx(.l2))
        }
    }

    // MARK: Fixtures

    @Suite(
        "against fixtures", .enabled(if: SharedFiles.exact.exist, "the fixtures of ../shared/goldens2 are absent"))
    struct Golden {
        private func golden(_ name: String) throws -> Tensor {
            try NPY.read(SharedFiles.exact.path("\(name).npy"))
        }

        private func known(_ name: String) throws -> Double {
            let data = try Data(contentsOf: URL(filePath: SharedFiles.exact.path("priors.json")))
            let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            return try #require((object["values"] as? [String: Double])?[name])
        }

        private func check(_ name: String, _ found: Tensor, _ tolerance: Float) throws {
            let error = relativeDifference(found, reference: try golden(name))
            print("\(name): \(error) of \(tolerance)")
            #expect(error <= tolerance, "\(name)")
        }

        private func check(value name: String, _ found: Tensor) throws {
            let error = abs(Double(found.values[0]) / (try known(name)) - 1)
            print("value \(name): \(error) of 1e-5")
            #expect(error <= 1e-5, "\(name)")
        }

        @Test("l1 and Poisson, with a blur and without")
        func realOnes() throws {
            let blur = Blur([.file(path: Setting(SharedFiles.exact.path("prior_kernel.npy")))])
            let (unit, gain) = (
                Fidelity.poisson(gain: 1, background: 0.05), Fidelity.poisson(gain: 0.1, background: 0.05)
            )
            let values = try KernelEvaluation([
                "x": golden("prior_x"), "image": golden("prior_image"), "y": golden("prior_y"),
                "counts": golden("prior_counts"), "w3": Tensor([], [0.3]), "w2": Tensor([], [0.2]),
            ]) { g in
                let (x, image, y, counts) = (g.load("x"), g.load("image"), g.load("y"), g.load("counts"))
                let (w3, w2) = (g.load("w3"), g.load("w2"))
                let z = g.add("z", Measure(blur), image)
                g.keep("l1_subgradient", Adjoint(blur), g.add("l1-by-z", FidelityGradient(.l1), z, y))
                g.keep("l1_prox_identity", FidelityProx(.l1), x, y, w3)
                g.keep("poisson_gradient_unit_gain", Adjoint(blur), g.add("u", FidelityGradient(unit), z, counts))
                g.keep("poisson_gradient_gain", Adjoint(blur), g.add("g", FidelityGradient(gain), z, counts))
                g.keep("poisson_prox_identity", FidelityProx(gain), image, counts, w2)
                g.keep("l1_fidelity", FidelityValue(.l1), z, y)
                g.keep("poisson_unit_gain", FidelityValue(unit), z, counts)
                g.keep("poisson_gain", FidelityValue(gain), z, counts)
            }
            for (name, tolerance) in [
                ("l1_subgradient", Float(1e-5)), ("l1_prox_identity", 1e-6), ("poisson_gradient_unit_gain", 1e-5),
                ("poisson_gradient_gain", 1e-5), ("poisson_prox_identity", 1e-5),
            ] {
                try check("fidelity_\(name)", values[name], tolerance)
            }
            for name in ["l1_fidelity", "poisson_unit_gain", "poisson_gain"] { try check(value: name, values[name]) }
        }

        @Test("amplitudes of complex measurements")
        func amplitudes() throws {
            let (matrix, x, y) = (try golden("amplitude_B"), try golden("amplitude_x"), try golden("amplitude_y"))
            let (rows, columns) = (matrix.shape[0], matrix.shape[1])
            let (b, image) = (matrix.values.map(Double.init), x.values.map(Double.init))
            var z = [Float](repeating: 0, count: 2 * rows)
            for row in 0..<rows {
                var (re, im) = (0.0, 0.0)
                for column in 0..<columns {
                    let (p, q) = (b[2 * (row * columns + column)], b[2 * (row * columns + column) + 1])
                    re += p * image[2 * column] - q * image[2 * column + 1]
                    im += p * image[2 * column + 1] + q * image[2 * column]
                }
                (z[2 * row], z[2 * row + 1]) = (Float(re), Float(im))
            }
            let values = try KernelEvaluation(["z": Tensor(TensorType([rows], .complex64), z), "y": y]) { g in
                let (z, y) = (g.load("z"), g.load("y"))
                g.keep("g", FidelityGradient(.amplitude), z, y)
                g.keep("value", FidelityValue(.amplitude), z, y)
            }
            let byZ = values["g"].values.map(Double.init)
            var gradient = [Float](repeating: 0, count: 2 * columns)
            for column in 0..<columns {
                var (re, im) = (0.0, 0.0)
                for row in 0..<rows {
                    let (p, q) = (b[2 * (row * columns + column)], b[2 * (row * columns + column) + 1])
                    re += p * byZ[2 * row] + q * byZ[2 * row + 1]
                    im += p * byZ[2 * row + 1] - q * byZ[2 * row]
                }
                (gradient[2 * column], gradient[2 * column + 1]) = (Float(re), Float(im))
            }
            try check("fidelity_amplitude_gradient", Tensor(x.type, gradient), 1e-4)
            try check(value: "amplitude", values["value"])
        }
    }
}
