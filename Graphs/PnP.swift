import Algorithms
import CommandLineInterface
import GraphModel
import Kernels
import Tensors

/// Plug-and-Play reconstruction from several blurred, noisy pictures of one scene, by proximal gradient descent (PnP-PGD;
/// Venkatakrishnan et al. 2013, Kamilov et al. 2017) or another algorithm:
///
///     x ← denoise( x − τ · Σ_i A_iᵀ(A_i x − y_i),  σ )
let pnp = Definition("pnp", summary: "Plug-and-Play reconstruction of an image from several blurs of it") {
    settings throws(GraphError) in
    try Graph("pnp", summary: "Plug-and-Play reconstruction of an image from several blurs of it", settings: settings) {
        g in
        // What shapes the graph: how many blurs, how noisy, and whether their measurements are simulated or read.
        let blurs = g.option("blurs", 3, in: 1...10_000)
        let algorithm = g.option("algorithm", PnPAlgorithm.pgd)
        let noise = g.numbersOption("noise", [0.03, 0.05, 0.04])
        let measurements = g.pathOption("measurements", "")
        let image =
            measurements.isEmpty
            ? g.path("image", "data/phantom.png", "the true image, PNG or NPY") : Setting(g.pathOption("image", ""))

        let iterations = g.integer(
            "iterations", algorithm.iterations, in: 1...1_000_000, "how often x is updated at most")
        g.loop(iterations)
        let method = PnPIterations(algorithm, blurs: blurs, iterations: iterations, in: g)
        // Estimated from the measurements where it is 'auto'.
        let estimates = algorithm.hasFixedLevel && settings.texts["sigma"] == "auto"
        if estimates { _ = g.option("sigma", "auto") }
        let sigma =
            algorithm.hasFixedLevel && !estimates
            ? g.number("sigma", algorithm.sigma, in: 0...1, unit: "image values", "noise level σ that is removed") : 0
        let denoiser = g.denoiserOfParameters()
        let kernels = (0..<blurs).map(blurKernel)
        let blur = Blur(kernels)
        let shard = g.axis("shard", count: Setting(blurs))

        // Before the loop: the measurements, and zeros to start from.
        let form = g.imageFormOfParameters()
        let truth = image.value.isEmpty ? nil : g.add("truth", form.load(image))
        let y: Value
        if let truth, measurements.isEmpty {
            g.note(
                "simulating \(blurs) blurred \(blurs == 1 ? "measurement" : "measurements") of {image}; to deblur your own, "
                    + "see graphs emit pnp --set 'measurements=y{shard}.npy' in the README")
            let seed = g.integer("seed", 0, in: 0...1_000_000_000, "seed of the simulated noise")
            let blurred = g.add("blurred", Measure(blur), truth, over: shard)
            y = g.add("y", GaussianNoise(sigma: cycled(noise, blurs), seed: seed), blurred, over: shard)
        } else {
            y = g.add("y", form.load(Setting(measurements)), over: shard)
        }
        let backprojections = g.add("backprojections", Adjoint(blur), y, over: shard)
        let start = g.add("start", Zeros(), g.add("backprojection", Sum(), backprojections))

        // The loop. As much of the measurements' noise is removed in an iteration as by default, where they have 0.041.
        let data = DataTerm(blur, y, over: shard)
        let estimate =
            estimates
            ? g.add(
                "sigma", Scale(Setting(algorithm.sigma / 0.041)), g.estimatedNoise("noise", of: data, count: blurs))
            : nil
        if let estimate { g.metric(estimate) }
        let loop = method.add(to: g, data, from: start) { image, level in
            let tile = g.tilesOfParameters(of: image, for: denoiser)
            guard let level = level ?? estimate else {
                return g.denoised("next", image, by: Denoise(denoiser, sigma: sigma), over: tile)
            }
            return g.denoised("next", image, by: denoiser, level: level, over: tile)
        }
        if algorithm.stopsByTolerance { g.stopByTolerance(loop.residual) }

        // What is reported and kept.
        if let truth {
            g.metric(g.add("psnr", PSNR(), loop.next, truth))
            g.output("truth", truth)
        }
        g.output("measurement", y)
        g.output("result", loop.x)
    }
}

/// The blurs of deepinv's distributed demo, over and over: Gaussians of width 1, 2, and (1.5, 3) turned by 30°.
func blurKernel(_ index: Int) -> BlurKernel {
    switch index % 3 {
    case 0: .gaussian(sigma: [1, 1], angle: 0)
    case 1: .gaussian(sigma: [2, 2], angle: 0)
    default: .gaussian(sigma: [1.5, 3], angle: 30)
    }
}

/// As many values as asked for, over and over.
private func cycled(_ values: [Double], _ count: Int) -> [Double] {
    (0..<count).map { values[$0 % values.count] }
}
