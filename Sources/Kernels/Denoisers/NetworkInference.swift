public import GraphModel
public import Imaging
public import Networks
internal import TensorMath
public import Tensors

/// A network with the file of its weights, as kinds use it: what it costs, and the denoiser on a worker, whose weights and
/// memory all instances share.
public struct NetworkInference: Hashable, Sendable {
    /// The layers.
    public let network: Network
    /// The file of its weights (`.safetensors`), by its path in the graph.
    public let path: String
    /// How its convolutions are computed.
    public let convolutions: ConvolutionChoice
    /// Images of a batch that are computed at once; more take more memory.
    public let batch: Int

    /// - Parameters:
    ///   - network: Whose layers have the names that the file has for their weights.
    ///   - path: The file of its weights (`.safetensors`), by its path in the graph.
    ///   - convolutions: How its convolutions are computed.
    ///   - batch: Images of a batch that are computed at once, 1 or more.
    public init(_ network: Network, weights path: String, convolutions: ConvolutionChoice = .auto, batch: Int = 1) {
        self.network = network
        self.path = path
        self.convolutions = convolutions
        self.batch = max(batch, 1)
    }

    /// What denoising images of a shape (`N × C × H × W`) costs.
    public func cost(on image: Shape) -> Cost {
        let stride = network.stride
        let height = (image[2] + stride - 1) / stride * stride
        let width = (image[3] + stride - 1) / stride * stride
        let inference = NetworkWork(network, batch: image[0], height: height, width: width)
        var work: [Work: Double] = [:]
        for (layers, operations) in inference.convolutions {
            let choice = layers.suitWinograd ? convolutions : .direct
            work[.convolution(channels: layers.channels, choice), default: 0] += operations
        }
        var cost = Cost(operations: work.values.sorted().reduce(0, +), work: work, bytes: inference.bytes)
        for automatic in ConvolutionMethod.allCases {
            let method = convolutions.method(automatic: automatic)
            cost.inference[automatic] = Cost.Inference(
                weights: sharingKey(method),
                memory: network.memory(batch: min(image[0], batch), height: height, width: width, method: method))
        }
        return cost
    }

    /// The denoiser, made ready for images of a shape. Weights are read, and transforms of them made, once for all instances
    /// of a worker.
    ///
    /// - Throws: where the weights cannot be read, or the library cannot run the network.
    public func denoiser(for image: Shape, _ context: KernelContext) throws -> NetworkDenoiser {
        let method = convolutions.method(automatic: context.automaticConvolutions)
        // The kernels of a worker run one after another, and can all work on the same memory.
        let memory = context.shared.resource("inference") { InferenceMemory() }
        let shared = try context.shared.resource(sharingKey(method)) {
            try NetworkDenoiser(
                network: network, weights: context.files.weights(path), method: method, threads: context.threads,
                largestBatch: batch, memory: memory)
        }
        context.shared.note(try shared.prepare(image), of: FileReference.shown(path))
        return shared
    }

    /// Notes by which implementations the library would run it, without reading anything.
    ///
    /// - Throws: where the library cannot.
    func noteImplementations(for image: Shape, _ context: KernelContext) throws {
        let method = convolutions.method(automatic: context.automaticConvolutions)
        let batch = min(image[0], batch)
        let program = try context.shared.resource("\(sharingKey(method)) \(image)") {
            try InferenceProgram(
                network, shape: [batch, image[1], image[2], image[3]], method: method, threads: context.threads)
        }
        context.shared.note(program.implementations, of: FileReference.shown(path))
    }

    /// What instances share by this name, in memory that is planned and on the worker that runs them.
    private func sharingKey(_ method: ConvolutionMethod) -> String { "\(path) \(method) \(batch)" }
}
