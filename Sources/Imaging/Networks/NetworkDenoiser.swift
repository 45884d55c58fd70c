package import Networks
package import TensorMath
package import Tensors

/// A learned denoiser: a network with its weights, and an engine for each shape of image it has met.
///
/// Images of any size: one that is no multiple of the network's stride is extended at the bottom and right by its last
/// row and column, for the whole image once, and cropped after. It stays on the thread that made it.
package final class NetworkDenoiser {
    private let weights: NetworkWeights
    private let method: ConvolutionMethod
    private let threads: Int
    private var engines: [Shape: InferenceEngine] = [:]

    /// - Parameters:
    ///   - weights: Tensors by the names that the network's layers give.
    ///   - method: How convolutions are computed.
    ///   - threads: How many compute a call.
    /// - Throws: ``InferenceError`` where weights are missing.
    package init(
        network: Network, weights: [String: Tensor], method: ConvolutionMethod = .direct, threads: Int
    ) throws(InferenceError) {
        self.weights = try NetworkWeights(network, weights)
        self.method = method
        self.threads = threads
    }

    /// Makes the engine for images of `shape`, so that a later call does not.
    ///
    /// - Throws: ``InferenceError`` where the library cannot run the network at that size.
    package func prepare(_ shape: Shape) throws(InferenceError) {
        _ = try engine(shape)
    }

    /// Removes noise of the level `sigma`, in units of the image, from `x` (`N × C × H × W`).
    ///
    /// - Throws: ``InferenceError`` where the library fails.
    package func denoise(
        _ x: TensorView, sigma: Float, into output: MutableTensorView
    ) throws(InferenceError) {
        try engine(x.shape).run(x, .constant(sigma), into: output)
    }

    /// Removes noise whose level each pixel of `sigmaMap` (`N × 1 × H × W`, units of the image) gives; FFDNet, which
    /// works at half resolution, reads the mean of 2 × 2 pixels.
    ///
    /// - Throws: ``InferenceError`` where the library fails.
    package func denoise(
        _ x: TensorView, sigmaMap: TensorView, into output: MutableTensorView
    ) throws(InferenceError) {
        try engine(x.shape).run(x, .map(sigmaMap), into: output)
    }

    /// Which of the library's implementations each layer runs by.
    package var implementations: [(layer: String, implementation: String)] {
        engines.values.first?.implementations ?? []
    }

    private func engine(_ shape: Shape) throws(InferenceError) -> InferenceEngine {
        if let known = engines[shape] { return known }
        let made = try InferenceEngine(weights, shape: shape, method: method, threads: threads)
        engines[shape] = made
        return made
    }
}
