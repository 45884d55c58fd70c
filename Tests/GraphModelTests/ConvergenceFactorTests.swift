import GraphModel
import Kernels
import Tensors
import Testing

@Suite("What convergence hangs on")
struct ConvergenceFactorTests {
    /// Plug-and-Play on two blurs.
    private func loop(
        step: Setting<Double> = 0.5, sigma: Setting<Double> = 0.01, _ denoiser: Denoiser = totalVariation,
        kernel: BlurKernel = .gaussian(sigma: [1, 1], angle: 0), image path: String = "image.npy"
    ) throws -> Expansion {
        try expansion { g in
            let image = g.image(path)
            let x = g.state("x", initial: image)
            let gradients = g.add(
                "gradients", DataGradient(Blur([kernel])), x, image, over: g.axis("shard", count: 2))
            let z = g.add("z", Descend(step: step), x, g.add("gradient", Sum(), gradients))
            g.next(x, g.add("denoised", Denoise(denoiser, sigma: sigma), z))
            g.output("result", x)
        }
    }

    @Test("is named as --set calls it, with what may help")
    func named() throws {
        let factors = try loop(
            step: Setting(0.5, parameter: "tau"), sigma: Setting(0.01, parameter: "noise"), Denoiser(Setting(.color)),
            image: "colour.npy"
        ).factors
        #expect(factors.settings == "tau 0.5, noise 0.01 and denoiser graphrun-color")
        #expect(factors.remedies == "a smaller tau, a larger noise or another denoiser")
    }

    @Test("a step beyond its bound is to blame alone")
    func step() throws {
        let factors = try loop(step: 5, network("drunet")).factors
        #expect(factors.settings == "step 5, sigma 0.01 and weights drunet.safetensors")
        #expect(factors.remedies == "a step below 1")
    }

    @Test("a network without a noise level has none to change; total variation leaves the step")
    func others() throws {
        let factors = try loop(network("dncnn")).factors
        #expect(factors.settings == "step 0.5 and weights dncnn.safetensors")
        #expect(factors.remedies == "a smaller step or another denoiser")
        let classical = try loop().factors
        #expect(classical.settings == "step 0.5, sigma 0.01 and denoiser total-variation")
        #expect(classical.remedies == "a smaller step")
    }

    @Test("nodes that no iteration computes are none of it")
    func outside() throws {
        let expansion = try expansion { g in
            let denoised = g.add("denoised", Denoise(network("drunet"), sigma: 0.001), g.image())
            g.output("result", denoised)
        }
        #expect(expansion.factors.isEmpty && expansion.warnings.isEmpty)
    }

    private static let beginning = "whether the iterations converge is not known: "
    private static let end = "; a run that diverges ends and says so"

    @Test("what is seen to converge is not warned of", arguments: [0.014, 0.02, 0.1])
    func known(sigma: Double) throws {
        #expect(try loop(sigma: Setting(sigma)).warnings.isEmpty)
        #expect(
            try loop(sigma: Setting(sigma), Denoiser(Setting(.color)), image: "colour.npy").warnings.isEmpty)
        #expect(try loop(sigma: 0.001).warnings.isEmpty, "total variation")
    }

    @Test("what is not is, in one line")
    func unknown() throws {
        let network =
            "nobody has looked at drunet.safetensors, as is done for the bundled denoisers and total variation"
        let step = "how large a step may be, as the gradient's Lipschitz constant is not known here"
        #expect(
            try loop(sigma: 0.001, Denoiser(Setting(.color)), image: "colour.npy").warnings.map(\.message) == [
                Self.beginning + "sigma 0.001 is below 0.014, down to which it is for graphrun-color" + Self.end
            ])
        #expect(
            try loop(GraphModelTests.network("drunet")).warnings.map(\.message) == [Self.beginning + network + Self.end]
        )
        #expect(
            try loop(GraphModelTests.network("drunet"), kernel: .file(path: "kernel.npy")).warnings.map(\.message) == [
                Self.beginning + step + "; " + network + Self.end
            ])
    }

    @Test(
        "numbers are as short as a person writes them",
        arguments: [
            (0, "0"), (1e-4, "1e-4"), (0.00309, "3.09e-3"), (0.05, "0.05"), (0.0123456, "0.0123"), (2.4, "2.4"),
            (1234.5, "1230"), (21700, "21700"), (271_828, "2.72e5"), (-0.5, "-0.5"), (9.999e-5, "1e-4"),
            (.infinity, "inf"),
        ] as [(Double, String)])
    func brevity(_ value: Double, _ text: String) {
        #expect(brief(value) == text)
    }
}
