import Imaging
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("L2 data fidelity")
struct L2Tests {
    @Suite("against deepinv", .enabled(if: SharedFiles.goldens.exist, goldensAbsent))
    struct Goldens {
        @Test("values")
        func values() throws {
            let fixture = try goldenObject("l2_fn_and_norms")
            let stack = try goldenStack()
            let x1 = try golden("x1")
            let y = try (0..<3).map { try golden("stack_y\($0)") }
            for index in 0..<3 {
                let value = try single(index) { l2 in withViews([x1, y[index]]) { l2.value($0[0], $0[1]) } }
                #expect(abs(value / (try number(fixture, "fn_k\(index)")) - 1) <= 1e-5)
            }
            let whole = try L2(stack)
            let sum = withViews([x1] + y) { whole.value($0[0], Array($0.dropFirst())) }
            #expect(abs(sum / (try number(fixture, "fn_sum")) - 1) <= 1e-5)
            let sharp = try single(0, sigma: 0.2) { l2 in withViews([x1, y[0]]) { l2.value($0[0], $0[1]) } }
            #expect(abs(sharp / (try number(fixture, "fn_sigma0.2_k0")) - 1) <= 1e-5)
        }

        @Test(
            "gradients",
            arguments: [
                ("l2_grad_k0", 0, 1.0), ("l2_grad_k1", 1, 1), ("l2_grad_k2", 2, 1), ("l2_grad_sigma02_k0", 0, 0.2),
            ])
        func gradients(name: String, index: Int, sigma: Double) throws {
            let (x1, y) = (try golden("x1"), try golden("stack_y\(index)"))
            let gradient = try single(index, sigma: sigma) { l2 in
                Tensor(x1.type) { g in withViews([x1, y]) { l2.gradient($0[0], $0[1], into: g) } }
            }
            #expect(relativeDifference(gradient, reference: try golden(name)) <= 5e-5)
        }

        @Test("the stack's gradient")
        func stackGradient() throws {
            let l2 = try L2(goldenStack())
            let x1 = try golden("x1")
            let y = try (0..<3).map { try golden("stack_y\($0)") }
            let gradient = Tensor(x1.type) { g in
                withViews([x1] + y) { l2.gradient($0[0], Array($0.dropFirst()), into: g) }
            }
            #expect(relativeDifference(gradient, reference: try golden("l2_grad_stack")) <= 5e-5)
        }

        @Test("prox")
        func prox() throws {
            let (x1, y) = (try golden("x1"), try golden("stack_y1"))
            let found = try single(1) { l2 in
                try Tensor(x1.type) { u in
                    _ = try withViews([x1, y]) { try l2.prox($0[0], $0[1], gamma: 0.5, into: u) }
                }
            }
            #expect(relativeDifference(found, reference: try golden("l2_prox_k1_gamma05")) <= 1e-3)
        }

        private func single<Result>(_ index: Int, sigma: Double = 1, _ body: (L2) throws -> Result) throws -> Result {
            try body(L2(goldenStack().operators[index], sigma: sigma))
        }
    }

    @Test("the gradient is that of the value", arguments: [1, 0.3])
    func differences(sigma: Double) throws {
        let sample = BlurSample.all[0]
        let l2 = try L2(sample.make(), sigma: sigma)
        let x = Tensor.random(sample.image, seed: 1)
        let y = Tensor.random(sample.image, seed: 2)
        let direction = Tensor.random(sample.image, seed: 3)
        func value(at step: Float) -> Double {
            let moved = Tensor(sample.image, zip(x.values, direction.values).map { $0 + step * $1 })
            return withViews([moved, y]) { l2.value($0[0], $0[1]) }
        }
        let gradient = Tensor(x.type) { g in withViews([x, y]) { l2.gradient($0[0], $0[1], into: g) } }
        let slope = withViews([gradient, direction]) { inner($0[0], $0[1]) }
        // The value is quadratic: central differences are exact but for rounding.
        let difference = value(at: 0.5) - value(at: -0.5)
        #expect(abs(slope - difference) <= 1e-4 * max(abs(slope), value(at: 0)))
    }

    @Test("prox solves its normal equations", arguments: [0.1, 1, 20])
    func prox(gamma: Double) throws {
        let sample = BlurSample.all[1]
        let l2 = try L2(sample.make(), sigma: 0.5)
        let z = Tensor.random(sample.image, seed: 1)
        let y = Tensor.random(sample.image, seed: 2)
        let u = try Tensor(z.type) { u in
            _ = try withViews([z, y]) {
                try l2.prox($0[0], $0[1], gamma: gamma, iterations: 300, tolerance: 1e-6, into: u)
            }
        }
        // 0 = γ ∇f(u) + u − z
        let gradient = Tensor(z.type) { g in withViews([u, y]) { l2.gradient($0[0], $0[1], into: g) } }
        let left = Tensor(
            sample.image, zip(gradient.values, zip(z.values, u.values)).map { $1.0 - $1.1 - Float(gamma) * $0 })
        let scale = gradient.values.reduce(1) { max($0, abs($1) * Float(gamma)) }
        #expect(maxDifference(left, Tensor(sample.image)) <= 1e-3 * scale)
    }

    @Test("refuses noise levels and steps that are none", arguments: [0, -1, .nan, .infinity])
    func refusals(value: Double) throws {
        let sample = BlurSample.all[2]
        #expect(throws: ImagingError.self) { try L2(sample.make(), sigma: value) }
        let l2 = try L2(sample.make())
        var x = Tensor(sample.image)
        #expect(throws: ImagingError.self) {
            try x.withMutableView { u in
                _ = try withViews([Tensor(sample.image)]) { try l2.prox($0[0], $0[0], gamma: value, into: u) }
            }
        }
    }

    @Test("says what is wrong")
    func messages() {
        #expect(
            ImagingError.noiseLevel(0).description
                == "a noise level of 0.0 has no data fidelity; give a finite number above 0")
        #expect(
            ImagingError.gamma(-1).description
                == "a proximal step of gamma = -1.0 cannot be taken; give a finite number above 0")
    }
}
