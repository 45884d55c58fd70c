import Foundation
import Imaging
import Networks
import TensorFiles
import Tensors
import TestSupport
import Testing

/// What deepinv 0.5.0 computes on a small image, as `Tests/PyTorch/make_operators.py` wrote it down: this much of the parity
/// is tested in any checkout. The tolerances are those of the larger fixtures of `../shared/goldens`.
@Suite("deepinv, in any checkout")
struct DeepInverseTests {
    private let arrays: [String: Tensor]

    init() throws {
        arrays = try SafeTensors.read(try DeepInverseTests.fixture("deepinv.safetensors"))
    }

    private static func fixture(_ file: String) throws -> String {
        try #require(Bundle.module.url(forResource: file, withExtension: nil, subdirectory: "Fixtures"))
            .path(percentEncoded: false)
    }

    private func array(_ name: String) throws -> Tensor {
        try #require(arrays[name], "the fixture has no '\(name)'")
    }

    private func stack() throws -> StackedOperator {
        let shape = try array("image").shape
        return try StackedOperator(
            ["k0", "kasym", "keven"].map { try PaddedBlur(kernel: array($0), shape: shape, padding: .circular) })
    }

    @Test("Gaussian kernels", arguments: [("k0", 1.0, 1.0, 0.0), ("k1", 2, 2, 0), ("k2", 1.5, 3, 30)])
    func kernels(name: String, down: Double, across: Double, angle: Double) throws {
        let kernel = try gaussianBlurKernel(sigma: (down, across), angle: angle)
        #expect(maxDifference(kernel, try array(name)) <= 1e-6)
    }

    @Test("blurs and their adjoints, by every method", arguments: ["k0", "kasym", "keven"], BorderPadding.allCases)
    func blurs(kernel: String, padding: BorderPadding) throws {
        let image = try array("image")
        let name = "blur_\(padding)_\(kernel)"
        let y = try array(padding == .valid ? "\(name)_v" : "v")
        for method in [BlurMethod.direct, .separable, .fourier] {
            let blur = try PaddedBlur(
                kernel: array(kernel), shape: image.shape, padding: padding, threads: 2, method: method)
            #expect(relativeDifference(blur.apply(image), reference: try array("\(name)_A")) <= 1e-5, "A, \(method)")
            #expect(relativeDifference(blur.adjoint(y), reference: try array("\(name)_AT")) <= 1e-5, "Aᵀ, \(method)")
        }
    }

    @Test("AᵀA and Aᵀ of a stack")
    func stacked() throws {
        let stack = try stack()
        let x1 = try array("x1")
        #expect(relativeDifference(stack.normal(x1), reference: try array("stack_ATA")) <= 1e-5)
        let fused = try CircularNormal(kernels: ["k0", "kasym", "keven"].map(array), shape: x1.shape)
        #expect(relativeDifference(fused.normal(x1), reference: try array("stack_ATA")) <= 1e-5)
        let y = try (0..<3).map { try array("stack_y\($0)") }
        let adjoint = Tensor(stack.domain) { x in withViews(y) { stack.adjoint($0, into: x) } }
        #expect(relativeDifference(adjoint, reference: try array("stack_AT")) <= 1e-5)
    }

    @Test("data fidelity: value and gradient", arguments: 0..<3)
    func fidelity(index: Int) throws {
        let (x1, y) = (try array("x1"), try array("stack_y\(index)"))
        let l2 = try L2(stack().operators[index], sigma: 1)
        let value = withViews([x1, y]) { l2.value($0[0], $0[1]) }
        #expect(abs(value / Double(try array("l2_value_\(index)").values[0]) - 1) <= 1e-5)
        let gradient = Tensor(x1.type) { g in withViews([x1, y]) { l2.gradient($0[0], $0[1], into: g) } }
        #expect(relativeDifference(gradient, reference: try array("l2_grad_\(index)")) <= 5e-5)
    }

    @Test("data fidelity: prox")
    func prox() throws {
        let (x1, y) = (try array("x1"), try array("stack_y1"))
        let l2 = try L2(stack().operators[1], sigma: 1)
        let found = try Tensor(x1.type) { u in
            _ = try withViews([x1, y]) { try l2.prox($0[0], $0[1], gamma: 0.5, into: u) }
        }
        #expect(relativeDifference(found, reference: try array("l2_prox_1")) <= 1e-3)
    }

    @Test("total variation after ten iterations")
    func totalVariation() throws {
        let noisy = try array("noisy")
        let denoiser = try TotalVariation(shape: noisy.shape, iterations: 10, threads: 1)
        let found = Tensor(noisy.type) { x in noisy.withView { denoiser.denoise($0, threshold: 0.1, into: x) } }
        #expect(relativeDifference(found, reference: try array("tv_10it")) <= 1e-5)
    }

    @Test("PSNR and SSIM")
    func metrics() throws {
        try withViews([array("noisy"), array("image")]) { views in
            #expect(abs(Metrics.psnr(views[0], reference: views[1]) - Double(try array("PSNR").values[0])) <= 1e-4)
            let similarity = try #require(Metrics.ssim(views[0], reference: views[1]))
            #expect(abs(similarity - Double(try array("SSIM").values[0])) <= 1e-4)
        }
    }

    @Test("Plug-and-Play iterations", arguments: [1, 10])
    func iterations(count: Int) throws {
        let weights = try SafeTensors.read(try DeepInverseTests.fixture("dncnn_color.safetensors"))
        let image = try array("image")
        let network = try Network.recognise(weights.mapValues(\.shape))
        let l2 = try L2(stack())
        let y = try (0..<3).map { try array("stack_y\($0)") }
        var x = Tensor(image.type)
        for _ in 0..<count {
            let gradient = Tensor(x.type) { g in
                withViews([x] + y) { l2.gradient($0[0], Array($0.dropFirst()), into: g) }
            }
            let z = Tensor(x.shape, zip(x.values, gradient.values).map { $0 - 0.5 * $1 })
            x = try denoise(network, weights, z, sigma: 0.05)
        }
        #expect(relativeDifference(x, reference: try array("pnp_x\(count)")) <= 1e-4)
    }
}
