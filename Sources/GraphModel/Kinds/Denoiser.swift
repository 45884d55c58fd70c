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

/// A denoiser that needs no file.
public enum DenoiserChoice: String, Hashable, Sendable, CaseIterable, ParameterType {
    /// The one of the others that suits the image's channels: of one the network for gray images, of three that for
    /// colour images, of any other number total variation.
    case auto
    /// The network for colour images that is part of the program.
    case color = "graphrun-color"
    /// The network for gray images that is part of the program.
    case gray = "graphrun-gray"
    /// Total variation, for images of any number of channels.
    case totalVariation = "total-variation"

    private static let prefix = "bundled:"

    /// What stands for the weights that are part of the program where the path of a file is expected.
    package var weights: String? {
        switch self {
        case .color, .gray: DenoiserChoice.prefix + rawValue
        case .auto, .totalVariation: nil
        }
    }

    /// The one that is meant for an image `N × C × H × W`.
    func resolved(for image: Shape) -> DenoiserChoice {
        guard self == .auto else { return self }
        return image.rank != 4 ? .totalVariation : image[1] == 1 ? .gray : image[1] == 3 ? .color : .totalVariation
    }

    /// How messages call the weights at `path`: a file's path, or the name of those that are part of the program.
    package static func shown(_ path: String) -> String { DenoiserChoice(weights: path)?.rawValue ?? path }

    /// The denoiser whose weights `path` stands for; `nil` where it is the path of a file.
    package init?(weights path: String) {
        guard let choice = DenoiserChoice.allCases.first(where: { $0.weights == path }) else { return nil }
        self = choice
    }
}

/// A denoiser, by name or by its weights: what the nodes that denoise and the tiles that feed them share.
public struct Denoiser: Hashable, Sendable, Codable {
    /// What it turns out to be once its files are known.
    public enum Method: Hashable, Sendable {
        case totalVariation(weight: Double, iterations: Int)
        /// `path` is that of the weights' file or, of weights that are part of the program, what stands for it.
        case network(Network, path: String)
    }

    /// Which it is where no weights are given.
    public let name: Setting<DenoiserChoice>
    /// Weights of a network (`.safetensors`); empty for the denoiser `name`.
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

    /// - Parameters:
    ///   - name: The denoiser, where `weights` is empty.
    ///   - weights: Path of a network's weights (`.safetensors`); they go before `name`.
    ///   - tvWeight: Total variation: λ = `tvWeight` · σ.
    ///   - tvIterations: Total variation: its iterations.
    ///   - convolutions: How a network's convolutions are computed.
    ///   - batch: Images of a batch that a network computes at once.
    public init(
        _ name: Setting<DenoiserChoice> = Setting(.totalVariation), weights: Setting<String> = "",
        tvWeight: Setting<Double> = 0.5, tvIterations: Setting<Int> = 60,
        convolutions: Setting<ConvolutionChoice> = Setting(.auto), batch: Setting<Int> = 1
    ) {
        self.name = name
        self.weights = weights
        self.tvWeight = tvWeight
        self.tvIterations = tvIterations
        self.convolutions = convolutions
        self.batch = batch
    }

    /// A name alone stands for the denoiser of that name: `"denoiser": "graphrun-color"`.
    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            guard let choice = DenoiserChoice(rawValue: text) else {
                throw UnfitValue(path: decoder.codingPath, needed: listOfNames(DenoiserChoice.self))
            }
            self.init(Setting(choice))
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func setting<Value>(_ key: CodingKeys, _ value: Value) throws -> Setting<Value> {
            try container.decodeIfPresent(Setting<Value>.self, forKey: key) ?? Setting(value)
        }
        self.init(
            // Files from before there were others mean total variation.
            try setting(.name, .totalVariation), weights: try setting(.weights, ""),
            tvWeight: try setting(.tvWeight, 0.5), tvIterations: try setting(.tvIterations, 60),
            convolutions: try setting(.convolutions, .auto), batch: try setting(.batch, 1))
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case weights
        case tvWeight = "tv-weight"
        case tvIterations = "tv-iterations"
        case convolutions
        case batch
    }

    /// The same denoiser by its own name, where that is left to the image that it is for.
    ///
    /// - Parameter image: The shape of an image, or of the window of a tile.
    public func resolved(for image: Shape) -> Denoiser {
        guard weights.value.isEmpty, name.value == .auto else { return self }
        return Denoiser(
            Setting(name.value.resolved(for: image), parameter: name.parameter), weights: weights, tvWeight: tvWeight,
            tvIterations: tvIterations, convolutions: convolutions, batch: batch)
    }

    /// What is used for an image of some shape.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where the weights cannot be read or are of no known network.
    public func method(for image: Shape, _ files: FileFacts) throws(GraphError) -> Method {
        guard let path = resolved(for: image).weightsPath else {
            guard tvIterations.value >= 1 else { throw .rule("total variation needs at least 1 iteration") }
            guard tvWeight.value >= 0 else { throw .rule("the weight of total variation must not be negative") }
            return .totalVariation(weight: tvWeight.value, iterations: tvIterations.value)
        }
        guard batch.value >= 1 else { throw .rule("'batch' is \(batch.value); it must be 1 or more") }
        return .network(try files.network(of: path), path: path)
    }

    /// The weights that are used, a file's or those of the program; `nil` for total variation, and as long as the choice
    /// is left to the image.
    package var weightsPath: String? { weights.value.isEmpty ? name.value.weights : weights.value }

    /// How far it looks in an image of some shape, and on which grid.
    ///
    /// - Throws: what ``method(for:_:)`` throws.
    public func reach(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        switch try method(for: image, files) {
        case .totalVariation(_, let iterations):
            // The first iteration sees its own pixel only; each later one reads the dual field of its neighbours.
            return ReceptiveField(stride: 1, before: iterations - 1, after: iterations - 1)
        case .network(let network, _):
            return network.reach
        }
    }
}
