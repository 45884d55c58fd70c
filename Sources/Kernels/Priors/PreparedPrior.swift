internal import GraphModel
internal import Imaging
internal import TensorMath
internal import Tensors

/// A prior made ready for images of one type.
enum PreparedPrior {
    case l1
    case tikhonov
    case totalVariation(TotalVariation)
    case wavelet(WaveletDetails)
    case box(lower: Float, upper: Float)

    /// Solver and transform are made once for all instances of a worker, which run one after another.
    init(_ prior: Prior, _ context: KernelContext) throws {
        let image = try context.node.type(0)
        switch prior {
        case .l1: self = .l1
        case .tikhonov: self = .tikhonov
        case .totalVariation(let iterations):
            let solver = try context.shared.resource(prior.sharingKey(image) ?? "") {
                try TotalVariation(shape: image.shape, iterations: iterations.value, threads: context.threads)
            }
            self = .totalVariation(solver)
        case .wavelet(let wavelet, let levels, let mode):
            let details = try context.shared.resource(prior.sharingKey(image) ?? "") {
                try WaveletDetails(
                    image, wavelet: wavelet, levels: levels.value, mode: mode, threads: context.threads)
            }
            self = .wavelet(details)
        case .box(let lower, let upper): self = .box(lower: Float(lower.value), upper: Float(upper.value))
        case .positivity: self = .box(lower: 0, upper: .infinity)
        }
    }

    func value(_ x: TensorView) -> Double {
        switch self {
        case .l1: SoftThreshold.norm(x)
        case .tikhonov: inner(x, x) / 2
        case .totalVariation: TotalVariation.value(x)
        case .wavelet(let details): details.value(x)
        case .box(let lower, let upper): x.floats.allSatisfy { $0 >= lower && $0 <= upper } ? 0 : .infinity
        }
    }

    func gradient(_ x: TensorView, into g: MutableTensorView) {
        switch self {
        case .l1: SoftThreshold.sign(x, into: g)
        case .tikhonov: g.copy(from: x)
        case .totalVariation: TotalVariation.subgradient(x, into: g)
        case .wavelet(let details): details.subgradient(x, into: g)
        case .box: g.fill(.nan)  // The kind refuses it.
        }
    }

    func prox(_ x: TensorView, weight: Float, into u: MutableTensorView) {
        switch self {
        case .l1: SoftThreshold.shrink(x, by: weight, into: u)
        case .tikhonov:
            let factor = 1 / (1 + weight)
            for i in u.floats.indices { u.floats[i] = factor * x.floats[i] }
        case .totalVariation(let solver): solver.denoise(x, threshold: weight, into: u)
        case .wavelet(let details): details.shrink(x, by: weight, into: u)
        case .box(let lower, let upper):
            // Written so that NaN stays.
            for i in u.floats.indices {
                let value = x.floats[i]
                u.floats[i] = value < lower ? lower : value > upper ? upper : value
            }
        }
    }
}
