internal import GraphModel
internal import Networks
internal import Tensors

extension Denoiser {
    /// Floating-point operations for a pixel and iteration of total variation; a division or root takes as long as ten.
    package static let totalVariationOperations = 60.0

    /// What instances share by this name, in memory that is planned and on the worker that runs them: the solver for images of
    /// a shape.
    func sharingKey(totalVariationOf image: Shape) -> String { "total variation of \(image), \(tvIterations.value)" }

    /// A network of this denoiser, as it is to be computed.
    func inference(_ network: Network, _ path: String) -> NetworkInference {
        NetworkInference(network, weights: path, convolutions: convolutions.value, batch: batch.value)
    }

    /// The bundled networks were trained on noise levels up to it.
    static let greatestBundledSigma = 0.2

    /// The network that is part of the program, where it is used.
    var bundledNetwork: String? { weightsPath.flatMap { DenoiserChoice(weights: $0)?.rawValue } }

    /// Total variation has no convolutions.
    var choice: ConvolutionChoice? { weightsPath == nil ? nil : convolutions.value }

    /// By the image that the node reads.
    func resolved(for context: NodeContext) -> Denoiser {
        context.inputs.first?.first.map { resolved(for: $0.shape) } ?? self
    }

    func method(_ context: NodeContext) throws(GraphError) -> Method {
        try method(for: context.type(0).shape, context.files)
    }

    func convergenceFactors(
        _ context: NodeContext, sigma: Setting<Double>?
    ) -> [ConvergenceFactor] {
        context.inputs.first?.first.map { convergenceFactors(for: $0.shape, context.files, sigma: sigma) } ?? []
    }

    func output(_ context: NodeContext, takesMap: Bool = false) throws(GraphError) -> TensorType {
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
                    "\(FileReference.shown(path)): this \(network.name) takes images of N × \(network.imageChannels) × H × W, not \(image)"
                        + image.slicesHint + channelsHint(image, takesMap: takesMap))
            }
        }
        return image
    }

    func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let image = try context.type(0)
        switch try method(context) {
        case .totalVariation(_, let iterations):
            let operations = Denoiser.totalVariationOperations * Double(iterations) * Double(image.floatCount)
            // Threads share out the planes; several iterations go through the cache together.
            return Cost(
                operations: operations, work: [.loops(parts: image.shape[0] * image.shape[1]): operations],
                bytes: 2 * Double(image.byteCount),
                sharedBytes: [sharingKey(totalVariationOf: image.shape): 4 * image.byteCount])
        case .network(let network, let path): return inference(network, path).cost(on: image.shape)
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
    var slicesHint: String {
        shape.rank == 5 ? "; volumes are not denoised yet, so give their slices as a batch of images" : ""
    }
}
