import GraphModel
import Kernels
import Tensors
import Testing

@Suite("Kinds")
struct KindTests {
    static let rules: [Mistake] = [
        Mistake(
            "a sum of two shapes",
            "'sum': it cannot add 1 × 1 × 12 × 10 float32 and 1 × 1 × 12 × 14 float32; all instances must be of one shape"
        ) { g in
            let y = g.add("y", Load("y{shard}.npy"), over: g.axis("shard", count: 2))
            g.output("result", g.add("sum", Sum(), y))
        },
        Mistake(
            "adding two shapes",
            "'sum': its inputs are 1 × 1 × 12 × 10 float32 and 1 × 1 × 12 × 14 float32; both must be of one shape"
        ) { g in g.output("result", g.add("sum", Add(), g.image(), g.add("wide", Load("wide.npy")))) },
        Mistake(
            "a step of another element type",
            "'z': its inputs are 1 × 1 × 12 × 10 float32 and 1 × 1 × 12 × 10 complex64; both must be real, or both complex"
        ) { g in
            let gradient = g.add("gradient", Load("complex.npy"))
            g.output("result", g.add("z", Descend(step: 1.0), g.image(), gradient))
        },
        Mistake("a step without end", "'z': 'step' is inf; it must be finite") { g in
            let image = g.image()
            g.output("result", g.add("z", Descend(step: Setting(.infinity)), image, image))
        },
        Mistake("a factor that is no number", "'z': 'factor' is nan; it must be finite") { g in
            g.output("result", g.add("z", Scale(Setting(.nan)), g.image()))
        },
        Mistake(
            "a factor beyond float32",
            "'z': 'factor' is 1e+300, and numbers would become infinite by it; give at most 3.37e38"
        ) { g in g.output("result", g.add("z", Scale(1e300), g.image())) },
        Mistake(
            "a noise level by whose square numbers become infinite",
            "'z': 'sigma' is 1e-30, and numbers would become infinite by 1/σ²; give at least 5.48e-20"
        ) { g in
            let image = g.image()
            g.output("result", g.add("z", DataGradient(gaussian, sigma: 1e-30), image, image))
        },
        Mistake("noise of a negative level", "'y': 'sigma' is -0.1; it must be 0 or more") { g in
            g.output("result", g.add("y", GaussianNoise(sigma: [-0.1], seed: 1), g.image()))
        },
        Mistake("a negative seed", "'y': 'seed' is -1; it must be 0 or more") { g in
            g.output("result", g.add("y", GaussianNoise(sigma: [0.1], seed: -1), g.image()))
        },
        Mistake(
            "noise levels for other instances",
            "'y[0]': 'sigma' has 2 entries for 3 instances; give one for all or one each"
        ) { g in
            let shard = g.axis("shard", count: 3)
            g.output("result", g.add("y", GaussianNoise(sigma: [0.1, 0.2], seed: 1), g.image(), over: shard))
        },
        Mistake("no noise level at all", "'y': 'sigma' has 0 entries for 1 instances; give one for all or one each") {
            g in g.output("result", g.add("y", GaussianNoise(sigma: [], seed: 1), g.image()))
        },
        Mistake(
            "a measure of two shapes",
            "'psnr': it compares 1 × 1 × 12 × 10 float32 with 1 × 3 × 12 × 10 float32; both must be of one shape"
        ) { g in
            let image = g.image()
            g.output("result", image)
            g.metric(g.add("psnr", PSNR(), image, g.add("colour", Load("colour.npy"))))
        },
    ]

    static let operators: [Mistake] = [
        Mistake("a blur of a number", "'y': a blur needs images, … × H × W, not scalar float32") { g in
            let image = g.image()
            g.output("result", g.add("y", Measure(gaussian), g.add("psnr", PSNR(), image, image)))
        },
        Mistake(
            "a Gaussian of no width",
            "'y': a Gaussian kernel needs two 'sigma' above 0 and up to 500 pixels and an 'angle' from -360 "
                + "to 360 degrees, not [1.0, 0.0] and 0"
        ) { g in
            g.output("result", g.add("y", Measure(Blur([.gaussian(sigma: [1, 0], angle: 0)])), g.image()))
        },
        Mistake(
            "a Gaussian turned by what is no angle",
            "'y': a Gaussian kernel needs two 'sigma' above 0 and up to 500 pixels and an 'angle' from -360 "
                + "to 360 degrees, not [1.0, 2.0] and 1e+308"
        ) { g in
            g.output("result", g.add("y", Measure(Blur([.gaussian(sigma: [1, 2], angle: 1e308)])), g.image()))
        },
        Mistake(
            "a complex mask",
            "'y': complex.npy: its values are complex, and a mask is 1 where a value is known and 0 where not; give it as real "
                + "numbers"
        ) { g in
            g.output("result", g.add("y", Measure(Inpainting(.file(path: "complex.npy"))), g.image()))
        },
        Mistake("a kernel in no file", "'y': k.npy: no such file") { g in
            g.output("result", g.add("y", Measure(Blur([.file(path: "k.npy")])), g.image()))
        },
        Mistake(
            "several kernels in a file",
            "'y': colour.npy: 3 kernels (1 × 3 × 12 × 10) do not fit an image of 1 × 1 × 12 × 10 float32; give one, or one "
                + "for each channel"
        ) { g in g.output("result", g.add("y", Measure(Blur([.file(path: "colour.npy")])), g.image())) },
        Mistake(
            "a measurement that does not fit",
            "'g': the measurement is 1 × 1 × 12 × 14 float32, but the operator yields 1 × 1 × 12 × 10 float32 from an "
                + "image of 1 × 1 × 12 × 10 float32"
        ) { g in
            g.output("result", g.add("g", DataGradient(gaussian), g.image(), g.add("y", Load("wide.npy"))))
        },
        Mistake("a fidelity that weighs by nothing", "'g': 'sigma' is 0.0; it must be above 0") { g in
            let image = g.image()
            g.output("result", g.add("g", DataGradient(gaussian, sigma: 0.0), image, image))
        },
    ]

    static let files: [Mistake] = [
        Mistake("a file that is not there", "'image': nowhere.png: no such file") { g in
            g.output("result", g.image("nowhere.png"))
        },
        Mistake("no file", "'image': no file is given") { g in g.output("result", g.image("")) },
        Mistake("no file for a parameter", "'y': no file is given; give one with --set image=FILE") { g in
            g.output("result", g.add("y", Load(g.path("image", "", "the image"))))
        },
        Mistake("an empty array", "'image': empty.npy: it is empty (1 × 1 × 0 × 10 float32)") { g in
            g.output("result", g.image("empty.npy"))
        },
        Mistake(
            "an array that is no image", "'image': vector.npy: an image is H × W, C × H × W or N × C × H × W, not 12"
        ) { g in g.output("result", g.image("vector.npy")) },
        Mistake("weights for an image", "'image': weights.safetensors: no such file") { g in
            g.output("result", g.image("weights.safetensors"))
        },
    ]

    static let denoisers: [Mistake] = [
        Mistake("a negative noise level", "'z': 'sigma' is -1.0; it must be 0 or more") { g in
            g.output("result", g.add("z", Denoise(totalVariation, sigma: -1.0), g.image()))
        },
        Mistake(
            "a complex image",
            "'z': only real images can be denoised, not 1 × 1 × 12 × 10 complex64; set 'complex' to 'parts' or 'magnitude' "
                + "for how complex ones are"
        ) { g in
            g.output("result", g.add("z", Denoise(totalVariation, sigma: 1.0), g.image("complex.npy")))
        },
        Mistake("a bare plane", "'z': total variation needs N × C × H × W, not 12 × 10 float32") { g in
            let plane = g.add("plane", Load("plane.npy", as: .array))
            g.output("result", g.add("z", Denoise(totalVariation, sigma: 1.0), plane))
        },
        Mistake("no iterations", "'z': total variation needs at least 1 iteration") { g in
            let denoiser = Denoiser(weights: "", tvWeight: 0.1, tvIterations: 0)
            g.output("result", g.add("z", Denoise(denoiser, sigma: 1.0), g.image()))
        },
        Mistake("a negative weight", "'z': the weight of total variation must not be negative") { g in
            let denoiser = Denoiser(weights: "", tvWeight: -0.1, tvIterations: 1)
            g.output("result", g.add("z", Denoise(denoiser, sigma: 1.0), g.image()))
        },
        Mistake("weights that are not there", "'z': nowhere.safetensors: no such file") { g in
            g.output("result", g.add("z", Denoise(network("nowhere"), sigma: 1.0), g.image()))
        },
        Mistake(
            "channels that a network does not take",
            "'z': drunet.safetensors: this drunet takes images of N × 1 × H × W, not 1 × 3 × 12 × 10 float32"
        ) { g in
            g.output("result", g.add("z", Denoise(network("drunet"), sigma: 1.0), g.image("colour.npy")))
        },
        Mistake(
            "a volume for a network",
            "'z': drunet.safetensors: this drunet takes images of N × 1 × H × W, not 1 × 1 × 6 × 12 × 10 float32; "
                + "volumes are not denoised yet, so give their slices as a batch of images"
        ) { g in
            let volume = g.add("volume", Load("volume.npy", as: .array))
            g.output("result", g.add("z", Denoise(network("drunet"), sigma: 1.0), volume))
        },
        Mistake(
            "a volume for total variation",
            "'z': total variation needs N × C × H × W, not 1 × 1 × 6 × 12 × 10 float32; "
                + "volumes are not denoised yet, so give their slices as a batch of images"
        ) { g in
            let volume = g.add("volume", Load("volume.npy", as: .array))
            g.output("result", g.add("z", Denoise(totalVariation, sigma: 1.0), volume))
        },
        Mistake(
            "a noise map for a network without noise level",
            "'z': dncnn.safetensors: a dncnn takes no noise level, so no noise map either; use the kind 'denoise', "
                + "or weights of FFDNet or DRUNet"
        ) { g in
            let image = g.image()
            g.output("result", g.add("z", DenoiseByMap(network("dncnn")), image, image))
        },
        Mistake(
            "a noise map for total variation",
            "'z': total variation takes no noise map; name graphrun-color or graphrun-gray, give the weights of a "
                + "network, or use the kind 'denoise'"
        ) { g in
            let image = g.image()
            g.output("result", g.add("z", DenoiseByMap(totalVariation), image, image))
        },
        Mistake(
            "a gray image for the bundled network for colour",
            "'z': graphrun-color: this unet takes images of N × 3 × H × W, not 1 × 1 × 12 × 10 float32; "
                + "'graphrun-gray' does"
        ) { g in
            g.output("result", g.add("z", Denoise(Denoiser(Setting(.color)), sigma: 0.1), g.image()))
        },
        Mistake(
            "the same by a parameter",
            "'z': graphrun-color: this unet takes images of N × 3 × H × W, not 1 × 1 × 12 × 10 float32; "
                + "--set denoiser=graphrun-gray does"
        ) { g in
            let denoiser = Denoiser(g.choice("denoiser", DenoiserChoice.color, ""))
            g.output("result", g.add("z", Denoise(denoiser, sigma: 0.1), g.image()))
        },
        Mistake(
            "five channels for a bundled network",
            "'z': graphrun-gray: this unet takes images of N × 1 × H × W, not 1 × 5 × 12 × 10 float32; "
                + "'total-variation' does"
        ) { g in
            g.output("result", g.add("z", Denoise(Denoiser(Setting(.gray)), sigma: 0.1), g.image("five.npy")))
        },
        Mistake(
            "five channels and a noise map, which no denoiser takes",
            "'z': graphrun-gray: this unet takes images of N × 1 × H × W, not 1 × 5 × 12 × 10 float32"
        ) { g in
            let image = g.image("five.npy")
            g.output("result", g.add("z", DenoiseByMap(Denoiser(Setting(.gray))), image, image))
        },
    ]

    @Test("refuse what they cannot compute", arguments: rules + operators + files + denoisers)
    func each(_ mistake: Mistake) {
        #expect(mistakes(mistake.build) == mistake.messages)
    }

    @Test("images lack no axis once they are loaded")
    func layouts() throws {
        let expansion = try expansion { g in
            g.output("image", g.add("image", Load("plane.npy")))
            g.output("array", g.add("array", Load("plane.npy", as: .array)))
        }
        #expect(expansion.instances.map(\.type) == [TensorType([1, 1, 12, 10]), TensorType([12, 10])])
    }

    @Test(
        "instances that all read the same file are warned of, once",
        arguments: ["image.npy", "y{shard}.npy", "{shard}.npy"])
    func sameFile(_ path: String) throws {
        let expansion = try? expansion { g in
            let y = g.add("y", Load(Setting(path)), over: g.axis("shard", count: 2))
            g.output("sum", g.add("sum", Sum(), y))
        }
        guard path == "image.npy" else {
            #expect(expansion?.warnings.isEmpty ?? true)
            return
        }
        #expect(
            expansion?.warnings.map(\.message) == [
                "'y[0]': each of its 2 instances reads the same, image.npy; '{shard}' in its path stands for the number of the "
                    + "instance"
            ])
    }

    @Test(
        "a step beyond 2 / L is warned of, with the limit",
        arguments: [
            (0.9, nil), (0.5, nil), (0, "step 0: 'x' stays as it is; give one above 0"),
            (-1, "step -1: goes up the gradient, not down; give one above 0"),
            (1.0, "step 1 may diverge: the gradient's Lipschitz constant is at most 2, so use a step below 1"),
            (1.5, "step 1.5 may diverge: the gradient's Lipschitz constant is at most 2, so use a step below 1"),
        ])
    func steps(_ step: Double, _ warning: String?) throws {
        let expansion = try descent(step: step, sigma: 1, kernel: .gaussian(sigma: [1, 1], angle: 0))
        #expect(expansion.warnings.map(\.message) == (warning.map { ["'z': \($0)"] } ?? []))
    }

    @Test(
        "a noise level that a network does not take is warned of, once for all tiles",
        arguments: [("dncnn", 0.1, true), ("dncnn", 0, false), ("drunet", 0.1, false)])
    func noiseLevel(_ name: String, _ sigma: Double, isWarned: Bool) throws {
        let expansion = try expansion { g in
            let image = g.image()
            let tile = g.sampleTiles(of: image, denoiser: network(name))
            let windows = g.add("windows", Crop(), image, over: tile)
            let denoised = g.add("z", Denoise(network(name), sigma: Setting(sigma)), windows, over: tile)
            g.output("result", g.add("result", Blend(), denoised))
        }
        let warning =
            "'z[0]': 'sigma' 0.1 has no effect: a dncnn takes no noise level, it removes the noise that it was trained for"
        #expect(expansion.warnings.map(\.message) == (isWarned ? [warning] : []))
    }

    @Test("the bound of a gradient follows the noise level, and is not guessed for a kernel from a file")
    func bounds() throws {
        // L = 2 / 0.5² = 8.
        let weighted = try descent(step: 0.3, sigma: 0.5, kernel: .gaussian(sigma: [1, 1], angle: 0))
        #expect(
            weighted.warnings.map(\.message) == [
                "'z': step 0.3 may diverge: the gradient's Lipschitz constant is at most 8, so use a step below 0.25"
            ])
        #expect(try descent(step: 100, sigma: 1, kernel: .file(path: "kernel.npy")).warnings.isEmpty)
    }

    /// A gradient step on two blurs.
    private func descent(step: Double, sigma: Double, kernel: BlurKernel) throws -> Expansion {
        try expansion { g in
            let image = g.image()
            let gradients = g.add(
                "gradients", DataGradient(Blur([kernel]), sigma: Setting(sigma)), image, image,
                over: g.axis("shard", count: 2))
            g.output("result", g.add("z", Descend(step: Setting(step)), image, g.add("gradient", Sum(), gradients)))
        }
    }
}
