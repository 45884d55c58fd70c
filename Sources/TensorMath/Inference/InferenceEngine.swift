internal import CDNNL
package import Networks
package import Tensors

/// Runs a network on images of one size by oneDNN: activations stay in the library's blocked layout from the first layer
/// to the last, primitives are made and weights ordered once, and no call but the first allocates.
///
/// It stays on the thread that made it.
package final class InferenceEngine {
    /// The σ that an image's pixels have.
    package enum NoiseLevel {
        case constant(Float)
        /// `N × 1 × H × W`, units of the image; its mean over each block of pixels that the network unshuffles.
        case map(TensorView)
    }

    private let program: InferenceProgram
    private let memory: InferenceMemory
    private let threads: Int
    private let channels: Int
    /// The weights of every convolution, in the order of the steps.
    private var weights: [NetworkWeights.Ordered] = []

    /// The library's implementation of every convolution, by the name of its weights.
    package var implementations: [String: String] { program.implementations }

    /// - Parameters:
    ///   - shape: `N × C × H × W` of the images; H and W are rounded up to the network's stride.
    ///   - method: How convolutions are computed.
    ///   - threads: How many compute a run.
    ///   - memory: What the run works on; other engines of the same thread may share it.
    /// - Throws: ``InferenceError`` where the library has no fast implementation for a layer.
    package init(
        _ weights: NetworkWeights, shape: Shape, method: ConvolutionMethod, threads: Int, memory: InferenceMemory
    ) throws(InferenceError) {
        program = try InferenceProgram(weights.network, shape: shape, method: method, threads: threads)
        channels = weights.network.imageChannels
        self.threads = threads
        self.memory = memory
        memory.reserve(program.floatCount)
        for case .convolve(let convolution, let layer, let transposed, _, _) in program.steps {
            self.weights.append(try weights.ordered(layer, transposed: transposed, for: convolution))
        }
    }

    /// Denoises `image` into `output`, both of the shape the engine was made for.
    ///
    /// - Throws: ``InferenceError/library(_:_:)`` where the library fails.
    package func run(
        _ image: TensorView, _ level: NoiseLevel, into output: MutableTensorView
    ) throws(InferenceError) {
        guard let from = image.floats.baseAddress, let to = output.floats.baseAddress else { return }
        let batch = Int64(image.shape[0])
        let height = Int64(image.shape[2])
        let width = Int64(image.shape[3])
        let block = Int64(DNNLContext.block)
        let start = try memory.start()
        let scratch = UnsafeMutableRawPointer(start + program.scratchOffset)
        var nextWeights = 0
        cdnnl_set_threads(Int32(threads))
        for step in program.steps {
            switch step {
            case .pack(let factor, let appendsNoiseLevel, let target):
                let (constant, map): (Float, UnsafePointer<Float>?) =
                    switch level {
                    case .constant(let sigma): (sigma, nil)
                    case .map(let view): (0, view.floats.baseAddress)
                    }
                cdnnl_pack(
                    from, appendsNoiseLevel ? 1 : 0, map, constant, batch, Int64(channels), height, width,
                    Int64(factor), Int64(target.height), Int64(target.width), block, start + target.offset)
            case .convolve(let convolution, _, _, let source, let target):
                try convolution.run(
                    source: start + source.offset, weights: weights[nextWeights], target: start + target.offset,
                    scratch: scratch)
                nextWeights += 1
            case .add(let sum, let one, let other, let target):
                try sum.run(start + one.offset, start + other.offset, into: start + target.offset)
            case .unpack(let factor, let source):
                cdnnl_unpack(
                    start + source.offset, batch, Int64(channels), height, width, Int64(factor), Int64(source.height),
                    Int64(source.width), block, to)
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

    /// Channels that stand together in oneDNN's activations: 16 with AVX-512, else 8.
    package static var channelBlock: Int { Int(cdnnl_block()) }
}
