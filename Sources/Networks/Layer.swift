/// A convolution, or transposed convolution, with the names its weights have in a PyTorch state dict.
public struct Convolution: Hashable, Sendable {
    /// Name of the weights: `out × in × k × k`, for a transposed convolution `in × out × k × k`.
    public let weight: String
    /// Name of the bias, one number an output channel.
    public let bias: String?
    /// Channels that it reads.
    public let inputChannels: Int
    /// Channels that it yields.
    public let outputChannels: Int
    /// Side of the square kernel.
    public let kernel: Int
    /// Rows and columns from one window to the next; of a transposed convolution those of its output.
    public let stride: Int
    /// Rows and columns of zeros around the input.
    public let padding: Int
    /// Whether negative results become zero.
    public let relu: Bool

    /// A convolution of square windows.
    public init(
        weight: String, bias: String? = nil, from inputChannels: Int, to outputChannels: Int, kernel: Int = 3,
        stride: Int = 1, padding: Int = 1, relu: Bool = false
    ) {
        self.weight = weight
        self.bias = bias
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.relu = relu
    }
}

/// How convolutions are computed; it changes the last bits of a result, so a plan fixes it for all workers.
public enum ConvolutionMethod: String, Hashable, Sendable, Codable, CaseIterable {
    /// As the sum that defines them; the error is about 1e-6 of the output's size.
    case direct
    /// By Winograd's F(4×4, 3×3) (Lavin and Gray, CVPR 2016) where a layer allows it: a quarter of the products, an error
    /// of about 6e-6.
    case winograd
}

extension Convolution {
    /// Whether Winograd's method has this layer and gains by it: its transforms cost more than they save where channels
    /// are few.
    package var suitsWinograd: Bool {
        kernel == 3 && stride == 1 && padding == 1 && min(inputChannels, outputChannels) >= 32
    }
}

/// One step of a network that maps images to images.
public enum Layer: Hashable, Sendable {
    /// Every `factor × factor` block of pixels becomes channels of one pixel (PyTorch's `pixel_unshuffle`).
    case pixelUnshuffle(factor: Int)
    /// The noise level joins as one more channel, the last.
    case appendNoiseLevel
    case convolution(Convolution)
    /// Transposed, with kernel and stride of equal size: every pixel becomes a block of pixels.
    case transposedConvolution(Convolution)
    /// The reverse of `pixelUnshuffle`.
    case pixelShuffle(factor: Int)
    /// Keeps the value for a skip connection.
    case save(slot: Int)
    /// Adds the value kept.
    case add(slot: Int)
}
