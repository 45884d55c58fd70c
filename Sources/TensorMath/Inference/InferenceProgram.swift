internal import CDNNL
package import Networks
package import Tensors

/// The steps of a network at one size, each with the library's primitive that computes it, and where in one piece of
/// memory its activations lie.
///
/// It needs no weights, so it can also say beforehand how a network would be computed.
package final class InferenceProgram {
    /// Activations in the memory of a run: where they start, in floats, and their height and width.
    struct Place {
        let offset: Int
        let height: Int
        let width: Int
    }

    enum Step {
        /// Unshuffles the image and, where the network takes it, appends the noise level.
        case pack(factor: Int, appendsNoiseLevel: Bool, into: Place)
        case convolve(DNNLConvolution, Convolution, transposed: Bool, from: Place, into: Place)
        case add(DNNLSum, Place, Place, into: Place)
        /// Shuffles the result into the image.
        case unpack(factor: Int, from: Place)
    }

    private(set) var steps: [Step] = []
    /// Where the scratch memory of the step at work starts, in floats.
    private(set) var scratchOffset = 0
    /// Floats of activations and scratch together.
    private(set) var floatCount = 0
    /// Bytes of activations and scratch together.
    package var byteCount: Int { floatCount * MemoryLayout<Float>.stride }
    /// The library's implementation of every convolution, such as `jit:avx512_core`, by the name of its weights.
    package private(set) var implementations: [String: String] = [:]

    /// - Parameters:
    ///   - shape: `N × C × H × W` of the images; H and W are rounded up to the network's stride.
    ///   - method: How convolutions are computed.
    ///   - threads: How many compute a run.
    /// - Throws: ``InferenceError`` where the library has no fast implementation for a layer.
    package init(
        _ network: Network, shape: Shape, method: ConvolutionMethod, threads: Int
    ) throws(InferenceError) {
        let stride = network.stride
        let plan: ActivationPlan
        do {
            plan = try ActivationPlan(
                network, batch: shape[0], height: (shape[2] + stride - 1) / stride * stride,
                width: (shape[3] + stride - 1) / stride * stride, block: DNNLContext.block)
        } catch {
            throw .network(error)
        }
        // The library looks at the number of threads when it chooses how to split a convolution.
        cdnnl_set_threads(Int32(threads))
        let context = try DNNLContext()
        let offsets = lay(plan.buffers)
        func place(_ activation: ActivationPlan.Activation) -> Place {
            Place(offset: offsets[activation.buffer], height: activation.height, width: activation.width)
        }
        var scratchBytes = 0
        for step in plan.steps {
            switch step {
            case .pack(let factor, let appendsNoiseLevel, let target):
                steps.append(.pack(factor: factor, appendsNoiseLevel: appendsNoiseLevel, into: place(target)))
            case .unpack(let factor, let source):
                steps.append(.unpack(factor: factor, from: place(source)))
            case .add(let one, let other, let target):
                let sum = try DNNLSum(context, count: shape[0] * target.channels * target.height * target.width)
                steps.append(.add(sum, place(one), place(other), into: place(target)))
            case .convolve(let layer, let transposed, let source, let target, let sums):
                let shape = ConvolutionShape(
                    layer, transposed: transposed, sums: sums, batch: shape[0],
                    channels: (source.channels, target.channels), height: source.height, width: source.width,
                    method: method)
                let convolution = try DNNLConvolution(context, cdnnl_shape(shape), name: layer.weight)
                scratchBytes = max(scratchBytes, convolution.scratchBytes)
                implementations[layer.weight] = convolution.implementation
                steps.append(
                    .convolve(convolution, layer, transposed: transposed, from: place(source), into: place(target)))
            }
        }
        floatCount = scratchOffset + (scratchBytes + 3) / 4
    }

    /// Offsets of the buffers one behind another, each at a multiple of 64 bytes; scratch memory follows.
    private func lay(_ buffers: [Int]) -> [Int] {
        buffers.map { count in
            defer { scratchOffset += (count + 15) / 16 * 16 }
            return scratchOffset
        }
    }
}
