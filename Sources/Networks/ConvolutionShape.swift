/// A convolution at one size, as a library is asked for it: all that its scratch memory depends on, beside the processor.
public struct ConvolutionShape: Hashable, Sendable, Codable {
    /// Images at once.
    package let batch: Int
    /// Channels read and written, up to whole blocks.
    package let inputChannels: Int
    package let outputChannels: Int
    /// Of the input.
    package let height: Int
    package let width: Int
    package let kernel: Int
    package let stride: Int
    package let padding: Int
    package let isTransposed: Bool
    package let hasBias: Bool
    package let relu: Bool
    /// Whether the result is added to what the output holds.
    package let sums: Bool
    package let method: ConvolutionMethod
}

extension ConvolutionShape {
    /// - Parameters:
    ///   - channels: Read and written, up to whole blocks.
    ///   - height: Of the input, as `width`.
    ///   - method: Direct where the layer does not suit it.
    package init(
        _ layer: Convolution, transposed: Bool = false, sums: Bool = false, batch: Int,
        channels: (read: Int, written: Int), height: Int, width: Int, method: ConvolutionMethod
    ) {
        self.init(
            batch: batch, inputChannels: channels.read, outputChannels: channels.written, height: height, width: width,
            kernel: layer.kernel, stride: layer.stride, padding: layer.padding, isTransposed: transposed,
            hasBias: layer.bias != nil, relu: layer.relu, sums: sums,
            method: layer.suitsWinograd && !transposed ? method : .direct)
    }

    /// The most scratch memory that oneDNN takes for it, on any processor and with any number of threads, in bytes.
    ///
    /// By Winograd's method it either transforms all of the image, or for every thread a block of 4 × 4 tiles that fits into
    /// a cache. The latter it does only where each thread has at least one and a half blocks to compute, so that the blocks
    /// of all threads together are never as large as the image, however large the cache is and however many threads there
    /// are (`set_wsched_DATA_W_SGD_avx512_core` and `init_scratchpad` of oneDNN 2.6, the last version that has the method).
    package var mostScratchBytes: Int {
        // Some direct implementations keep a few kilobytes, such as a transposed convolution with a bias.
        let few = 1 << 16
        guard method == .winograd else { return few }
        let tiles = batch * ((height + 3) / 4) * ((width + 3) / 4)
        let transforms = tiles * (inputChannels + outputChannels) + inputChannels * outputChannels
        // Those of input, output and weights each begin at a multiple of 2 MiB.
        return 36 * transforms * MemoryLayout<Float>.stride + 3 * (2 << 20) + few
    }

    /// Whether a library can be asked for it: whoever asks may be anybody.
    package var isSane: Bool {
        let counts = [batch, inputChannels, outputChannels, height, width, kernel, stride]
        guard counts.allSatisfy({ (1...1 << 20).contains($0) }), (0...1 << 10).contains(padding) else { return false }
        let floats = counts.prefix(5).reduce(1.0) { $0 * Double($1) }
        return kernel <= 1 << 10 && stride <= kernel && floats < 1e15
    }
}
