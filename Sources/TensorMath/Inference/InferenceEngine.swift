internal import CDNNL
package import Networks
package import Tensors

/// Runs a network on images of one size by oneDNN: activations stay in the library's blocked layout from the first layer
/// to the last, primitives are made once, and no call allocates.
///
/// It stays on the thread that made it.
package final class InferenceEngine {
    /// The σ that an image's pixels have.
    package enum NoiseLevel {
        case constant(Float)
        /// `N × 1 × H × W`, units of the image; its mean over each block of pixels that the network unshuffles.
        case map(TensorView)
    }

    private enum Action {
        case pack(
            factor: Int, appendsNoiseLevel: Bool, target: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
        case convolve(DNNLConvolution)
        case add(UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, count: Int)
        case unpack(factor: Int, source: UnsafePointer<Float>, rows: Int, columns: Int)
    }

    private let threads: Int
    private let channels: Int
    private let batch: Int
    private var actions: [Action] = []
    private let buffers: [TensorBuffer]
    private var scratch = TensorBuffer(floatCount: 0)
    /// Keeps the weights that the convolutions are bound to.
    private var weights: [NetworkWeights.Ordered] = []
    /// For every convolution the library's name of its implementation, by the name of its weights.
    package private(set) var implementations: [(layer: String, implementation: String)] = []

    /// - Parameters:
    ///   - shape: `N × C × H × W` of the images; H and W are rounded up to the network's stride.
    ///   - method: How convolutions are computed.
    ///   - threads: How many compute a run.
    /// - Throws: ``InferenceError`` where the library has no fast implementation for a layer.
    package init(
        _ weights: NetworkWeights, shape: Shape, method: ConvolutionMethod, threads: Int
    ) throws(InferenceError) {
        let network = weights.network
        let stride = network.stride
        self.threads = threads
        batch = shape[0]
        channels = network.imageChannels
        let plan: ActivationPlan
        do {
            plan = try ActivationPlan(
                network, batch: shape[0], height: (shape[2] + stride - 1) / stride * stride,
                width: (shape[3] + stride - 1) / stride * stride, block: DNNLContext.block)
        } catch {
            throw .network(error)
        }
        buffers = plan.buffers.map { TensorBuffer(floatCount: $0) }
        cdnnl_set_threads(Int32(threads))
        try prepare(plan, weights, method, try DNNLContext())
    }

    private func prepare(
        _ plan: ActivationPlan, _ weights: NetworkWeights, _ method: ConvolutionMethod, _ context: DNNLContext
    ) throws(InferenceError) {
        var bindings:
            [(DNNLConvolution, NetworkWeights.Ordered, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)] =
                []
        var scratchBytes = 0
        for step in plan.steps {
            switch step {
            case .pack(let factor, let appendsNoiseLevel, let target):
                actions.append(
                    .pack(
                        factor: factor, appendsNoiseLevel: appendsNoiseLevel, target: try memory(target),
                        rows: target.height, columns: target.width))
            case .unpack(let factor, let source):
                actions.append(
                    .unpack(factor: factor, source: try memory(source), rows: source.height, columns: source.width))
            case .add(let one, let other, let target):
                actions.append(
                    .add(
                        try memory(one), try memory(other), try memory(target),
                        count: batch * target.channels * target.height * target.width))
            case .convolve(let layer, let transposed, let source, let target, let sums):
                let shape = cdnnl_shape(
                    batch: Int64(batch), input_channels: Int64(source.channels),
                    output_channels: Int64(target.channels), height: Int64(source.height),
                    width: Int64(source.width), kernel: Int64(layer.kernel), stride: Int64(layer.stride),
                    padding: Int64(layer.padding), transposed: transposed ? 1 : 0, bias: layer.bias == nil ? 0 : 1,
                    relu: layer.relu ? 1 : 0, sum: sums ? 1 : 0,
                    winograd: method == .winograd && layer.suitsWinograd && !transposed ? 1 : 0)
                let convolution = try DNNLConvolution(context, shape, name: layer.weight)
                let ordered = try weights.ordered(layer, transposed: transposed, for: convolution)
                self.weights.append(ordered)
                implementations.append((layer.weight, convolution.implementation))
                scratchBytes = max(scratchBytes, convolution.scratchBytes)
                bindings.append((convolution, ordered, try memory(source), try memory(target)))
                actions.append(.convolve(convolution))
            }
        }
        scratch = TensorBuffer(floatCount: (scratchBytes + 3) / 4)
        for (convolution, ordered, source, target) in bindings {
            try convolution.bind(
                source: source, weights: ordered.weights.floats.baseAddress, bias: ordered.bias?.floats.baseAddress,
                target: target, scratch: scratch.floats.baseAddress)
        }
    }

    private func memory(_ activation: ActivationPlan.Activation) throws(InferenceError) -> UnsafeMutablePointer<Float> {
        guard let start = buffers[activation.buffer].floats.baseAddress else {
            throw .library("activations", "no memory")
        }
        return start
    }

    /// Denoises `image` into `output`, both of the shape the engine was made for.
    ///
    /// - Throws: ``InferenceError/library(_:_:)`` where the library fails.
    package func run(
        _ image: TensorView, _ level: NoiseLevel, into output: MutableTensorView
    ) throws(InferenceError) {
        guard let from = image.floats.baseAddress, let to = output.floats.baseAddress else { return }
        let height = Int64(image.shape[2])
        let width = Int64(image.shape[3])
        let block = Int64(DNNLContext.block)
        cdnnl_set_threads(Int32(threads))
        for action in actions {
            switch action {
            case .pack(let factor, let appendsNoiseLevel, let target, let rows, let columns):
                let (constant, map): (Float, UnsafePointer<Float>?) =
                    switch level {
                    case .constant(let sigma): (sigma, nil)
                    case .map(let view): (0, view.floats.baseAddress)
                    }
                cdnnl_pack(
                    from, appendsNoiseLevel ? 1 : 0, map, constant, Int64(batch), Int64(channels), height, width,
                    Int64(factor), Int64(rows), Int64(columns), block, target)
            case .convolve(let convolution):
                try convolution.run()
            case .add(let one, let other, let target, let count):
                for index in 0..<count { target[index] = one[index] + other[index] }
            case .unpack(let factor, let source, let rows, let columns):
                cdnnl_unpack(
                    source, Int64(batch), Int64(channels), height, width, Int64(factor), Int64(rows), Int64(columns),
                    block, to)
            }
        }
    }
}

extension Libraries {
    /// Version of oneDNN, such as `2.6.3`.
    package static var oneDNN: String {
        let version = cdnnl_version()
        return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
    }

    /// Whether oneDNN has Winograd's F(4×4, 3×3) on this processor.
    package static var hasWinograd: Bool { cdnnl_has_winograd() != 0 }
}
