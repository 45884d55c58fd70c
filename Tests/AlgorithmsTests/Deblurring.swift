import Algorithms
import GraphModel
import Imaging
import Kernels
import Runtime
import TensorFiles
import Tensors
import TestSupport
import Testing

/// The problem of the second fixtures: three circular blurs of a photograph's crop, from zeros.
struct Deblurring {
    let g: GraphBuilder
    let data: DataTerm
    let start: Value

    init(_ g: GraphBuilder) {
        self.g = g
        let shard = g.axis("shard", count: 3)
        let path = SharedFiles.exact.path
        let y = g.add("y", Load(Setting(path("alg_y{shard}.npy"))), over: shard)
        data = DataTerm(Blur((0..<3).map { .file(path: Setting(path("alg_k\($0).npy"))) }), y, over: shard)
        start = g.add("start", Zeros(), g.add("truth", Load(Setting(path("alg_image.npy")))))
    }

    /// FFDNet at a fixed noise level.
    func denoise(_ sigma: Double) -> (Value) -> Value {
        { g.add("next", Denoise(Deblurring.network, sigma: Setting(sigma)), $0) }
    }

    /// The proximal operator of total variation, by so many iterations that it is converged.
    func totalVariation(_ weight: Double) -> (Value) -> Value {
        { g.add("next", Denoise(Denoiser(tvWeight: 1, tvIterations: 400), sigma: Setting(weight)), $0) }
    }

    /// Wavelets as deepinv's prior has them, its threshold being 0.1 λ τ.
    func wavelet() -> (Value) -> Value {
        { g.add("next", PriorProx(.wavelet(.db8, levels: 3, mode: .zero)), $0, number("threshold", 0.024)) }
    }

    static let network = Denoiser(weights: Setting(SharedFiles.data.path("ffdnet_color.safetensors")))

    func number(_ id: String, _ value: Double) -> Value { g.add(id, Number(Setting(value))) }
}

/// An algorithm of the fixtures, with the parameters of `algorithms.json`.
struct AlgorithmSample: Sendable, CustomTestStringConvertible {
    let name: String
    /// Largest difference allowed over the largest entry, at the kept iterates; from the fixtures' README.
    let tolerances: [Int: Float]
    let build: @Sendable (Deblurring) -> Iteration

    var testDescription: String { name }

    init(
        _ name: String, _ tolerances: [Int: Float] = [1: 1e-4, 5: 2e-4, 20: 5e-4],
        _ build: @escaping @Sendable (Deblurring) -> Iteration
    ) {
        self.name = name
        self.tolerances = tolerances
        self.build = build
    }

    static let all = [
        AlgorithmSample("pgd_none", [1: 2e-5, 5: 2e-5, 20: 2e-5]) {
            $0.g.landweber($0.data, from: $0.start, step: 0.5)
        },
        AlgorithmSample("pgd_ffdnet") {
            $0.g.proximalGradient($0.data, from: $0.start, step: 0.5, prox: $0.denoise(0.05))
        },
        AlgorithmSample("fista_ffdnet") {
            $0.g.acceleratedProximalGradient(
                $0.data, from: $0.start, step: 0.3, momentum: .momentum(a: 3), prox: $0.denoise(0.04))
        },
        AlgorithmSample("fista_bt_ffdnet") {
            $0.g.acceleratedProximalGradient($0.data, from: $0.start, step: 0.3, prox: $0.denoise(0.04))
        },
        AlgorithmSample("gd_red_ffdnet") {
            $0.g.regularizationByDenoising(
                $0.data, from: $0.start, step: 0.4, weight: 0.3, denoise: $0.denoise(0.05))
        },
        AlgorithmSample("hqs_ffdnet") {
            $0.g.halfQuadraticSplitting(
                $0.data, from: $0.start, gamma: $0.number("gamma", 1.5), denoise: $0.denoise(0.04))
        },
        AlgorithmSample("dpir_ffdnet", [1: 1e-4, 5: 2e-4, 8: 5e-4]) { problem in
            problem.g.dpir(problem.data, from: problem.start, noise: 0.04) { u, sigma in
                problem.g.add("next", DenoiseByMap(Deblurring.network), u, sigma)
            }
        },
        AlgorithmSample("admm_ffdnet") {
            $0.g.admm($0.data, from: $0.start, gamma: $0.number("gamma", 1), denoise: $0.denoise(0.05))
        },
        AlgorithmSample("drs_ffdnet") {
            $0.g.douglasRachford(
                $0.data, from: $0.start, gamma: $0.number("gamma", 1), relaxation: 0.8, denoise: $0.denoise(0.05))
        },
        AlgorithmSample("pdcp_ffdnet") {
            $0.g.chambollePock($0.data, from: $0.start, step: 0.6, dualStep: 0.5, denoise: $0.denoise(0.05))
        },
        AlgorithmSample("pgd_tv") {
            $0.g.proximalGradient($0.data, from: $0.start, step: 0.3, prox: $0.totalVariation(0.02 * 0.3))
        },
        AlgorithmSample("fista_bt_tv") {
            $0.g.acceleratedProximalGradient(
                $0.data, from: $0.start, step: 0.3, prox: $0.totalVariation(0.02 * 0.3))
        },
        AlgorithmSample("admm_tv") {
            $0.g.admm($0.data, from: $0.start, gamma: $0.number("gamma", 1), denoise: $0.totalVariation(0.02))
        },
        AlgorithmSample("pdcp_tv", [1: 1e-5, 5: 1e-5, 20: 1e-4]) { problem in
            let (g, step) = (problem.g, problem.number("step", 0.25))
            let (radius, prox) = (problem.number("radius", 0.02), g.proximal(of: problem.data, like: problem.start))
            return g.chambollePock(
                Differences(), from: problem.start, step: step, dualStep: problem.number("dual-step", 0.5),
                dualProx: { g.add("projected", ProjectOnBall(over: .lastAxis), $0, radius) },
                prox: { prox("next", $0, gamma: step, in: g) })
        },
        AlgorithmSample("pgd_wavelet", [1: 2e-5, 5: 2e-5, 20: 1e-4]) {
            $0.g.proximalGradient($0.data, from: $0.start, step: 0.3, prox: $0.wavelet())
        },
        AlgorithmSample("fista_wavelet", [1: 2e-5, 5: 2e-5, 20: 1e-4]) {
            $0.g.acceleratedProximalGradient(
                $0.data, from: $0.start, step: 0.3, momentum: .momentum(a: 3), prox: $0.wavelet())
        },
    ]

    /// The graph with so many iterations.
    func graph(iterations: Int) throws -> Graph {
        try Graph(name, summary: "") { g in
            let loop = build(Deblurring(g))
            g.loop(Setting(iterations))
            g.output("result", loop.x)
        }
    }
}
