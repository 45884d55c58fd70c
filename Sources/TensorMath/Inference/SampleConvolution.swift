internal import CDNNL
package import Networks
internal import Tensors

/// One convolution of 3 × 3 as a network would run it, without a network: to find out how fast it is.
///
/// It stays on the thread that made it.
package final class SampleConvolution {
    private let convolution: DNNLConvolution
    private let weights: NetworkWeights.Ordered
    private let source: TensorBuffer
    private let target: TensorBuffer
    private let scratch: TensorBuffer
    private let threads: Int

    /// Floating-point operations of a run, as if it were computed directly.
    package let operations: Double

    /// - Parameters:
    ///   - channels: Read, and written; a multiple of 16.
    ///   - height: Rows of the image, as `width`.
    /// - Throws: ``InferenceError`` where the library has no fast implementation.
    package init(
        channels: Int, height: Int, width: Int, method: ConvolutionMethod, threads: Int
    ) throws(InferenceError) {
        // The library looks at the number of threads when it chooses how to split a convolution.
        cdnnl_set_threads(Int32(threads))
        let layer = Convolution(weight: "a sample", from: channels, to: channels, relu: true)
        let shape = ConvolutionShape(
            layer, batch: 1, channels: (channels, channels), height: height, width: width, method: method)
        convolution = try DNNLConvolution(DNNLContext(), cdnnl_shape(shape), name: "a sample")
        weights = NetworkWeights.Ordered(
            convolution: convolution, weights: TensorBuffer(floatCount: (convolution.weightsBytes + 3) / 4), bias: nil)
        source = TensorBuffer(floatCount: channels * height * width)
        target = TensorBuffer(floatCount: channels * height * width)
        scratch = TensorBuffer(floatCount: (convolution.scratchBytes + 3) / 4)
        operations = 18 * Double(channels * channels) * Double(height * width)
        self.threads = threads
    }

    /// - Throws: ``InferenceError`` where the library fails.
    package func run() throws(InferenceError) {
        guard let from = source.floats.baseAddress, let to = target.floats.baseAddress,
            let work = scratch.floats.baseAddress ?? target.floats.baseAddress
        else { return }
        cdnnl_set_threads(Int32(threads))
        try convolution.run(source: from, weights: weights, target: to, scratch: work)
    }
}
