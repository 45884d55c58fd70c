/// What the inference of a network at one size takes of memory, by one method of convolution; nothing here asks the
/// library, so that a plan can be made anywhere.
public struct InferenceMemoryNeed: Hashable, Sendable {
    /// Bytes of activations.
    package let activations: Int
    /// The convolutions, which have scratch memory in turn: how much of it is for the library to say.
    package let convolutions: Set<ConvolutionShape>
    /// Bytes of weights in the order that convolutions read, with channels up to whole blocks.
    package let weights: Int

    /// Bytes of activations and scratch memory.
    ///
    /// - Parameter scratch: What a library says of scratch memory; where it says nothing, it is taken to be the most that it
    ///   can be.
    package func bytes(scratch: [ConvolutionShape: Int] = [:]) -> Int {
        activations + (convolutions.map { scratch[$0] ?? $0.mostScratchBytes }.max() ?? 0)
    }
}

extension Network {
    /// Channels that stand together in memory with AVX-512, the larger of the library's blocks.
    static let block = 16

    /// What inference takes for `batch` images at once.
    ///
    /// - Parameters:
    ///   - height: A multiple of the network's stride, as `width`.
    package func memory(batch: Int, height: Int, width: Int, method: ConvolutionMethod) -> InferenceMemoryNeed {
        guard
            let plan = try? ActivationPlan(self, batch: batch, height: height, width: width, block: Network.block)
        else { return InferenceMemoryNeed(activations: 0, convolutions: [], weights: 0) }
        let convolutions = plan.steps.compactMap { step -> ConvolutionShape? in
            guard case .convolve(let layer, let transposed, let source, let target, let sums) = step else { return nil }
            return ConvolutionShape(
                layer, transposed: transposed, sums: sums, batch: batch, channels: (source.channels, target.channels),
                height: source.height, width: source.width, method: method)
        }
        // Each buffer begins at a multiple of 64 bytes.
        let floats = plan.buffers.reduce(0) { $0 + rounded($1) }
        return InferenceMemoryNeed(
            activations: floats * MemoryLayout<Float>.stride, convolutions: Set(convolutions),
            weights: weightsBytes(method))
    }

    private func weightsBytes(_ method: ConvolutionMethod) -> Int {
        convolutions.reduce(0) { sum, layer in
            let isTransformed = method == .winograd && layer.suitsWinograd
            // Winograd's F(4×4, 3×3) keeps the transform of a kernel, of 6 × 6 numbers.
            let area = isTransformed ? 36 : layer.kernel * layer.kernel
            let output = rounded(layer.outputChannels)
            let count = rounded(layer.inputChannels) * output * area + (layer.bias == nil ? 0 : output)
            return sum + count * MemoryLayout<Float>.stride
        }
    }

    private func rounded(_ channels: Int) -> Int {
        (channels + Network.block - 1) / Network.block * Network.block
    }
}
