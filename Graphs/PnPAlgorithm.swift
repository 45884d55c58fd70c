import Algorithms
import GraphModel
import Kernels

/// The algorithms by which `pnp` reconstructs.
enum PnPAlgorithm: String, CaseIterable, ParameterType {
    /// Proximal gradient descent.
    case pgd
    /// The same, accelerated.
    case fista
    /// Half-quadratic splitting.
    case hqs
    /// Half-quadratic splitting with noise levels that fall.
    case dpir
    /// The alternating direction method of multipliers.
    case admm
    /// Douglas-Rachford splitting.
    case drs
    /// The primal-dual method of Chambolle and Pock.
    case cp
    /// Gradient descent with regularisation by denoising.
    case red

    /// How often x is updated at most.
    var iterations: Int { self == .dpir ? 8 : 200 }
    /// Whether all iterations remove noise of one level.
    var hasFixedLevel: Bool { self != .dpir }
    /// The noise level that all iterations remove, by default.
    var sigma: Double {
        switch self {
        case .hqs: 0.04
        case .drs, .red: 0.05
        case .pgd, .fista, .admm, .cp, .dpir: 0.02
        }
    }
    /// What one iteration changes says nothing where the noise level falls.
    var stopsByTolerance: Bool { hasFixedLevel }
}

/// An algorithm with the parameters that it has.
struct PnPIterations {
    private let algorithm: PnPAlgorithm
    private let step: Setting<Double>?
    private let gamma: Setting<Double>?
    private let noise: Setting<Double>?
    private let iterations: Setting<Int>

    /// Declares them.
    init(_ algorithm: PnPAlgorithm, blurs: Int, iterations: Setting<Int>, in g: GraphBuilder) {
        self.algorithm = algorithm
        self.iterations = iterations
        // The norm of so many blurs of means is their number.
        let count = Double(blurs)
        step =
            switch algorithm {
            case .pgd: g.number("step", 1.5 / count, in: 0...1000, "step size τ; below 2 / (number of blurs)")
            case .fista: g.number("step", 0.9 / count, in: 0...1000, "step size τ; at most 1 / (number of blurs)")
            case .red:
                g.number("step", 1.2 / count, in: 0...1000, "step size τ; below 2 / (number of blurs + 2 · weight)")
            case .cp:
                g.number("step", 1.8 / count, in: 0...1000, "step size τ; τ · dual-step below 1 / (number of blurs)")
            case .hqs, .dpir, .admm, .drs: nil
            }
        gamma =
            switch algorithm {
            case .hqs, .admm, .drs:
                g.number(
                    "gamma", algorithm == .hqs ? 10 : algorithm == .admm ? 3 : 2, in: 0...1e9,
                    "weight γ of the data against the denoised image")
            case .red: g.number("weight", 0.3, in: 0...1e9, "weight λ of the denoiser against the data")
            case .cp: g.number("dual-step", 0.5, in: 1e-6...1e6, "step size of the duals")
            case .pgd, .fista, .dpir: nil
            }
        noise =
            algorithm == .dpir
            ? g.number("noise-level", 0.04, in: 0.001...1, unit: "image values", "noise level of the measurements")
            : nil
    }

    /// Adds the loop.
    ///
    /// - Parameters:
    ///   - data: The data term.
    ///   - start: The image to begin with.
    ///   - denoise: Adds the nodes that denoise an image, with a noise level or, without one, the parameter's.
    func add(
        to g: GraphBuilder, _ data: DataTerm, from start: Value, denoise: (Value, Value?) -> Value
    ) -> Iteration {
        let step = self.step ?? 0.5
        let gamma = self.gamma ?? 1
        func plain(_ image: Value) -> Value { denoise(image, nil) }
        switch algorithm {
        case .pgd: return g.proximalGradient(data, from: start, step: .fixed(step), prox: plain)
        case .fista: return g.acceleratedProximalGradient(data, from: start, step: .fixed(step), prox: plain)
        case .red:
            return g.regularizationByDenoising(data, from: start, step: .fixed(step), weight: gamma, denoise: plain)
        case .hqs:
            return g.halfQuadraticSplitting(data, from: start, gamma: g.add("gamma", Number(gamma)), denoise: plain)
        case .admm: return g.admm(data, from: start, gamma: g.add("gamma", Number(gamma)), denoise: plain)
        case .drs: return g.douglasRachford(data, from: start, gamma: g.add("gamma", Number(gamma)), denoise: plain)
        case .cp: return g.chambollePock(data, from: start, step: step, dualStep: gamma, denoise: plain)
        case .dpir:
            return g.dpir(
                data, from: start, noise: noise ?? 0.04, iterations: iterations, denoise: { denoise($0, $1) })
        }
    }
}
