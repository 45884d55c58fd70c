internal import Networks
public import Tensors

/// Removes noise of a constant level from an image, or from the window of a tile.
public struct Denoise: NodeKind {
    public static let name = "denoise"
    public static let inputs = [Input("image")]

    public let denoiser: Denoiser
    /// Noise level σ, in units of the image.
    public let sigma: Setting<Double>

    public init(_ denoiser: Denoiser, sigma: Setting<Double>) {
        self.denoiser = denoiser
        self.sigma = sigma
    }

    public func resolved(for context: NodeContext) -> Denoise {
        Denoise(denoiser.resolved(for: context), sigma: sigma)
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard sigma.value >= 0, sigma.value.isFinite else {
            throw .rule("'sigma' is \(sigma.value); it must be 0 or more")
        }
        return try denoiser.output(context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try denoiser.cost(context)
    }

    /// Said once, by the first instance.
    public func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String] {
        guard context.index == 0 else { return [] }
        var warnings: [String] = []
        if sigma.value > 0, case .network(let network, _)? = try? denoiser.method(context), !network.takesNoiseLevel {
            warnings.append(
                "'sigma' \(plain(sigma.value)) has no effect: a \(network.name) takes no noise level, "
                    + "it removes the noise that it was trained for")
        }
        if let name = denoiser.bundledNetwork, sigma.value > Denoiser.greatestBundledSigma {
            warnings.append(
                "'sigma' \(plain(sigma.value)) is more than \(name) was trained for, "
                    + "\(plain(Denoiser.greatestBundledSigma)); scale image and noise level down together")
        }
        return warnings
    }

    public func convergenceFactors(
        _ context: NodeContext, gradientBounds: [[Double?]]
    ) -> [ConvergenceFactor] {
        denoiser.convergenceFactors(context, sigma: sigma)
    }

    public var convolutions: ConvolutionChoice? { denoiser.choice }
    public var label: String { denoiser.label + ", σ = \(plain(sigma.value))" }
}

/// Removes noise whose level differs from pixel to pixel, as the second input says (`N × 1 × H × W`, units of the
/// image).
public struct DenoiseByMap: NodeKind {
    public static let name = "denoise-by-map"
    public static let inputs = [Input("image"), Input("sigma")]

    public let denoiser: Denoiser

    public init(_ denoiser: Denoiser) {
        self.denoiser = denoiser
    }

    public func resolved(for context: NodeContext) -> DenoiseByMap {
        DenoiseByMap(denoiser.resolved(for: context))
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try denoiser.output(context, takesMap: true)
        guard case .network(let network, let path) = try denoiser.method(context) else {
            throw .rule(
                "total variation takes no noise map; name graphrun-color or graphrun-gray, give the weights of a network, "
                    + "or use the kind 'denoise'")
        }
        guard network.takesNoiseLevel else {
            throw .rule(
                "\(DenoiserChoice.shown(path)): a \(network.name) takes no noise level, so no noise map either; use the kind 'denoise', "
                    + "or weights of FFDNet or DRUNet")
        }
        let map = try context.type(1)
        let expected = TensorType([image.shape[0], 1, image.shape[2], image.shape[3]])
        guard map == expected else {
            throw .rule("the noise map is \(map); for an image of \(image) it must be \(expected)")
        }
        return image
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try denoiser.cost(context)
    }

    public func convergenceFactors(
        _ context: NodeContext, gradientBounds: [[Double?]]
    ) -> [ConvergenceFactor] {
        denoiser.convergenceFactors(context, sigma: nil)
    }

    public var convolutions: ConvolutionChoice? { denoiser.choice }
    public var label: String { denoiser.label + ", σ by map" }
}

extension Denoiser {
    /// Floating-point operations for a pixel and iteration of total variation; a division or root takes as long as ten.
    package static let totalVariationOperations = 60.0

    /// The bundled networks were trained on noise levels up to it.
    fileprivate static let greatestBundledSigma = 0.2

    /// The network that is part of the program, where it is used.
    fileprivate var bundledNetwork: String? { weightsPath.flatMap { DenoiserChoice(weights: $0)?.rawValue } }

    /// Total variation has no convolutions.
    fileprivate var choice: ConvolutionChoice? { weightsPath == nil ? nil : convolutions.value }

    /// By the image that the node reads.
    fileprivate func resolved(for context: NodeContext) -> Denoiser {
        context.inputs.first?.first.map { resolved(for: $0.shape) } ?? self
    }

    fileprivate func method(_ context: NodeContext) throws(GraphError) -> Method {
        try method(for: context.type(0).shape, context.files)
    }

    fileprivate func convergenceFactors(
        _ context: NodeContext, sigma: Setting<Double>?
    ) -> [ConvergenceFactor] {
        context.inputs.first?.first.map { convergenceFactors(for: $0.shape, context.files, sigma: sigma) } ?? []
    }

    fileprivate func output(_ context: NodeContext, takesMap: Bool = false) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        guard image.element == .float32, image.shape.count > 0 else {
            throw .rule("only real images can be denoised, not \(image)")
        }
        switch try method(context) {
        case .totalVariation:
            guard image.shape.rank == 4 else {
                throw .rule("total variation needs N × C × H × W, not \(image)\(image.slicesHint)")
            }
        case .network(let network, let path):
            guard image.shape.rank == 4, image.shape[1] == network.imageChannels else {
                throw .rule(
                    "\(DenoiserChoice.shown(path)): this \(network.name) takes images of N × \(network.imageChannels) × H × W, not \(image)"
                        + image.slicesHint + channelsHint(image, takesMap: takesMap))
            }
        }
        return image
    }

    fileprivate func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let image = try context.type(0)
        switch try method(context) {
        case .totalVariation(_, let iterations):
            let operations = Denoiser.totalVariationOperations * Double(iterations) * Double(image.floatCount)
            // Threads share out the planes; several iterations go through the cache together.
            return Cost(
                operations: operations, work: [.loops(parts: image.shape[0] * image.shape[1]): operations],
                bytes: 2 * Double(image.byteCount),
                sharedBytes: ["total variation of \(image.shape)": 4 * image.byteCount])
        case .network(let network, let path):
            let stride = network.stride
            let height = (image.shape[2] + stride - 1) / stride * stride
            let width = (image.shape[3] + stride - 1) / stride * stride
            let images = image.shape[0]
            let inference = NetworkWork(network, batch: images, height: height, width: width)
            var work: [Work: Double] = [:]
            for (layers, operations) in inference.convolutions {
                let choice = layers.suitWinograd ? convolutions.value : .direct
                work[.convolution(channels: layers.channels, choice), default: 0] += operations
            }
            var cost = Cost(
                operations: work.values.sorted().reduce(0, +), work: work, bytes: inference.bytes)
            for automatic in ConvolutionMethod.allCases {
                let method = convolutions.value.method(automatic: automatic)
                cost.inference[automatic] = Cost.Inference(
                    weights: "\(path) \(method) \(batch.value)",
                    memory: network.memory(
                        batch: min(images, batch.value), height: height, width: width, method: method))
            }
            return cost
        }
    }

    /// Which of the bundled networks takes such images, where another was named.
    private func channelsHint(_ image: TensorType, takesMap: Bool) -> String {
        guard weights.value.isEmpty, image.shape.rank == 4 else { return "" }
        let other = DenoiserChoice.auto.resolved(for: image.shape)
        guard other != .totalVariation || !takesMap else { return "" }
        guard let parameter = name.parameter else { return "; '\(other.rawValue)' does" }
        return "; --set \(parameter)=\(other.rawValue) does"
    }

    var label: String {
        if !weights.value.isEmpty { return weights.value.split(separator: "/").last.map(String.init) ?? "network" }
        switch name.value {
        case .auto: return "by the image's channels"
        case .totalVariation: return "total variation"
        case .color, .gray: return name.value.rawValue
        }
    }
}

extension TensorType {
    /// What to do with a volume, which no denoiser takes yet.
    fileprivate var slicesHint: String {
        shape.rank == 5 ? "; volumes are not denoised yet, so give their slices as a batch of images" : ""
    }
}
