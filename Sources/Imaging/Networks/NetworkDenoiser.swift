package import Networks
public import TensorMath
public import Tensors

/// A learned denoiser: a network with its weights, and an engine for each shape of image it has met.
///
/// Images of any size: one that is no multiple of the network's stride is extended at the bottom and right by its last
/// row and column, for the whole image once, and cropped after. It stays on the thread that made it.
public final class NetworkDenoiser {
    private let weights: NetworkWeights
    private let method: ConvolutionMethod
    private let threads: Int
    private let largestBatch: Int
    private let memory: InferenceMemory
    private var engines: [Shape: InferenceEngine] = [:]

    /// - Parameters:
    ///   - weights: Gives the tensors by the names that the network's layers have, the same every time.
    ///   - method: How convolutions are computed.
    ///   - threads: How many compute a call.
    ///   - largestBatch: Images that are computed at once; more take more memory.
    ///   - memory: What calls work on; other denoisers of the same thread may share it.
    /// - Throws: ``InferenceError`` where weights are missing, or what `weights` throws.
    package init(
        network: Network, weights: @autoclosure @escaping () throws -> [String: Tensor],
        method: ConvolutionMethod = .direct, threads: Int, largestBatch: Int = 1,
        memory: InferenceMemory = InferenceMemory()
    ) throws {
        self.weights = try NetworkWeights(network, read: weights)
        self.method = method
        self.threads = threads
        self.largestBatch = max(1, largestBatch)
        self.memory = memory
    }

    /// Makes the engines for images of `shape`, so that a later call does not.
    ///
    /// - Returns: The library's implementation of every convolution, such as `jit:avx512_core`, by the name of its
    ///   weights.
    /// - Throws: ``InferenceError`` where the library cannot run the network at that size.
    @discardableResult
    package func prepare(_ shape: Shape) throws(InferenceError) -> [String: String] {
        var implementations: [String: String] = [:]
        for piece in pieces(of: shape) {
            let engine = try engine(shape.batch(piece.count))
            implementations.merge(engine.implementations) { first, _ in first }
        }
        return implementations
    }

    /// Removes noise of the level `sigma`, in units of the image, from `x` (`N × C × H × W`).
    ///
    /// - Throws: ``InferenceError`` where the library fails.
    public func denoise(
        _ x: TensorView, sigma: Float, into output: MutableTensorView
    ) throws(InferenceError) {
        try run(x, into: output) { _ in .constant(sigma) }
    }

    /// Removes noise whose level each pixel of `sigmaMap` (`N × 1 × H × W`, units of the image) gives; FFDNet, which
    /// works at half resolution, reads the mean of 2 × 2 pixels.
    ///
    /// - Throws: ``InferenceError`` where the library fails.
    public func denoise(
        _ x: TensorView, sigmaMap: TensorView, into output: MutableTensorView
    ) throws(InferenceError) {
        try run(x, into: output) { .map(sigmaMap.images($0)) }
    }

    /// Bytes of the weights, in the order that convolutions read.
    package var weightsBytes: Int { weights.orderedBytes }

    private func run(
        _ x: TensorView, into output: MutableTensorView, level: (Range<Int>) -> InferenceEngine.NoiseLevel
    ) throws(InferenceError) {
        let pieces = pieces(of: x.shape)
        let engines = try pieces.map { piece throws(InferenceError) in try engine(x.shape.batch(piece.count)) }
        weights.dropPlain()
        for (piece, engine) in zip(pieces, engines) {
            try engine.run(x.images(piece), level(piece), into: output.images(piece))
        }
    }

    private func engine(_ shape: Shape) throws(InferenceError) -> InferenceEngine {
        if let known = engines[shape] { return known }
        let made = try InferenceEngine(weights, shape: shape, method: method, threads: threads, memory: memory)
        engines[shape] = made
        return made
    }

    /// The images of a batch in pieces that are computed at once.
    private func pieces(of shape: Shape) -> [Range<Int>] {
        stride(from: 0, to: shape[0], by: largestBatch).map { $0..<min($0 + largestBatch, shape[0]) }
    }
}
