public import GraphModel
internal import Imaging
public import Networks
public import Tensors

/// A denoiser, by name or by its weights: what the nodes that denoise and the tiles that feed them share.
public struct Denoiser: HasReceptiveField {
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
            try checkHeld(tvWeight, "tv-weight")
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
    public func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        switch try method(for: image, files) {
        case .totalVariation(_, let iterations):
            let reach = TotalVariation.reach(iterations: iterations)
            return ReceptiveField(stride: 1, before: reach, after: reach)
        case .network(let network, _):
            return network.reach
        }
    }
}
