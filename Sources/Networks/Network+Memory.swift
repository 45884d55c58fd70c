/// What inference by oneDNN takes, in bytes; nothing here asks the library, so that a plan can be made anywhere.
extension Network {
    /// Channels that stand together in memory with AVX-512, the larger of the library's blocks.
    static let block = 16

    /// Activations of `batch` images, and the scratch memory of the convolution that needs most.
    package func inferenceBytes(batch: Int, height: Int, width: Int, method: ConvolutionMethod) -> Int {
        guard
            let plan = try? ActivationPlan(self, batch: batch, height: height, width: width, block: Network.block)
        else { return 0 }
        // Some implementations keep a few kilobytes, such as a transposed convolution with a bias.
        var scratch = 1 << 16
        for case .convolve(let layer, false, let source, let target, _) in plan.steps
        where method == .winograd && layer.suitsWinograd {
            scratch = max(scratch, winogradScratch(batch, source, target))
        }
        return plan.buffers.reduce(0, +) * MemoryLayout<Float>.stride + scratch
    }

    /// Weights in the order that convolutions read, with channels up to whole blocks.
    package func weightsBytes(method: ConvolutionMethod) -> Int {
        convolutions.reduce(0) { sum, layer in
            let isTransformed = method == .winograd && layer.suitsWinograd
            // Winograd's F(4×4, 3×3) keeps the transform of a kernel, of 6 × 6 numbers.
            let area = isTransformed ? 36 : layer.kernel * layer.kernel
            let output = rounded(layer.outputChannels)
            let count = rounded(layer.inputChannels) * output * area + (layer.bias == nil ? 0 : output)
            return sum + count * MemoryLayout<Float>.stride
        }
    }

    /// oneDNN 2.x transforms all of the image, or blocks of tiles that fit into the second cache where a layer's
    /// transformed weights leave room for them: with 64 channels they do on every processor with AVX-512. Measured:
    /// the former takes 6 MiB more than the transforms, the latter 7 to 9 MB.
    private func winogradScratch(
        _ batch: Int, _ source: ActivationPlan.Activation, _ target: ActivationPlan.Activation
    ) -> Int {
        let channels = source.channels + target.channels
        let weights = source.channels * target.channels
        if weights <= 64 * 64 { return 10 << 20 }
        let tiles = batch * ((source.height + 3) / 4) * ((source.width + 3) / 4)
        return 36 * (tiles * channels + weights) * MemoryLayout<Float>.stride + (6 << 20)
    }

    private func rounded(_ channels: Int) -> Int {
        (channels + Network.block - 1) / Network.block * Network.block
    }
}
