public import Networks
public import Tensors

/// How a graph asks for convolutions; what `auto` means is settled once for all workers when a plan is made, because it
/// changes the last bits.
public enum ConvolutionChoice: String, Hashable, Sendable, CaseIterable, ParameterType {
    /// By Winograd's method where every worker has it, directly otherwise.
    case auto
    case direct
    case winograd

    /// The method meant, where `auto` means `automatic`.
    public func method(automatic: ConvolutionMethod) -> ConvolutionMethod {
        switch self {
        case .auto: automatic
        case .direct: .direct
        case .winograd: .winograd
        }
    }
}

/// A denoiser, by name or by its weights: what the nodes that denoise and the tiles that feed them share.
public struct Denoiser: Hashable, Sendable, Codable {
    /// What it turns out to be once its files are known.
    public enum Method: Hashable, Sendable {
        case totalVariation(weight: Double, iterations: Int)
        case network(Network, path: String)
    }

    /// Weights of a network (`.safetensors`); empty for total variation, which needs none.
    public let weights: Setting<String>
    /// Regularisation of total variation per unit of noise level: λ = weight · σ.
    public let tvWeight: Setting<Double>
    /// Iterations of total variation, each of which looks one pixel further.
    public let tvIterations: Setting<Int>
    /// How the convolutions of a network are computed.
    public let convolutions: Setting<ConvolutionChoice>
    /// Images of a batch that a network computes at once. More take more memory and are little faster (four instead of one:
    /// FFDNet on 192 × 192 pixels 7 %, DRUNet on 128 × 128 10 %); with Winograd's method the last bits may depend on it.
    public let batch: Setting<Int>

    public init(
        weights: Setting<String>, tvWeight: Setting<Double>, tvIterations: Setting<Int>,
        convolutions: Setting<ConvolutionChoice> = Setting(.auto), batch: Setting<Int> = 1
    ) {
        self.weights = weights
        self.tvWeight = tvWeight
        self.tvIterations = tvIterations
        self.convolutions = convolutions
        self.batch = batch
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        weights = try container.decode(Setting<String>.self, forKey: .weights)
        tvWeight = try container.decode(Setting<Double>.self, forKey: .tvWeight)
        tvIterations = try container.decode(Setting<Int>.self, forKey: .tvIterations)
        convolutions =
            try container.decodeIfPresent(Setting<ConvolutionChoice>.self, forKey: .convolutions) ?? Setting(.auto)
        batch = try container.decodeIfPresent(Setting<Int>.self, forKey: .batch) ?? 1
    }

    private enum CodingKeys: String, CodingKey {
        case weights
        case tvWeight = "tv-weight"
        case tvIterations = "tv-iterations"
        case convolutions
        case batch
    }

    /// - Throws: ``GraphError/rule(_:)`` where the weights cannot be read or are of no known network.
    public func method(_ files: FileFacts) throws(GraphError) -> Method {
        guard !weights.value.isEmpty else {
            guard tvIterations.value >= 1 else { throw .rule("total variation needs at least 1 iteration") }
            guard tvWeight.value >= 0 else { throw .rule("the weight of total variation must not be negative") }
            return .totalVariation(weight: tvWeight.value, iterations: tvIterations.value)
        }
        guard batch.value >= 1 else { throw .rule("'batch' is \(batch.value); it must be 1 or more") }
        return .network(try files.network(of: weights.value), path: weights.value)
    }

    /// How far it looks, and on which grid.
    ///
    /// - Throws: what ``method(_:)`` throws.
    public func reach(_ files: FileFacts) throws(GraphError) -> Reach {
        switch try method(files) {
        case .totalVariation(_, let iterations):
            // The first iteration sees its own pixel only; each later one reads the dual field of its neighbours.
            return Reach(stride: 1, before: iterations - 1, after: iterations - 1)
        case .network(let network, _):
            return network.reach
        }
    }
}
