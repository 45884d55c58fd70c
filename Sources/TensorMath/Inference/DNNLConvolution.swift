internal import CDNNL
internal import Networks
internal import Tensors

/// oneDNN's engine and stream; it stays on the thread that made it.
final class DNNLContext {
    fileprivate let handle: OpaquePointer

    /// Channels that stand together in memory.
    static var block: Int { Int(cdnnl_block()) }

    init() throws(InferenceError) {
        var made: OpaquePointer?
        try check(cdnnl_context_create(&made), "making an engine")
        guard let made else { throw .library("making an engine", "it gave none") }
        handle = made
    }

    deinit {
        cdnnl_context_destroy(handle)
    }
}

/// A convolution of oneDNN at one size.
final class DNNLConvolution {
    private let handle: OpaquePointer
    private let name: String
    private let context: DNNLContext

    /// - Parameter name: Of the layer, for messages.
    init(_ context: DNNLContext, _ shape: cdnnl_shape, name: String) throws(InferenceError) {
        var made: OpaquePointer?
        var shape = shape
        try check(cdnnl_convolution_create(context.handle, &shape, &made), name)
        guard let made else { throw .library(name, "it gave no convolution") }
        handle = made
        self.name = name
        self.context = context
    }

    deinit {
        cdnnl_convolution_destroy(handle)
    }

    /// What the library calls its implementation.
    var implementation: String { String(cString: cdnnl_convolution_implementation(handle)) }

    /// Bytes of scratch memory.
    var scratchBytes: Int { cdnnl_convolution_scratch(handle) }

    /// Bytes of weights in the order that the implementation reads.
    var weightsBytes: Int { cdnnl_convolution_weights_size(handle) }

    func readsWeights(as other: DNNLConvolution) -> Bool {
        cdnnl_convolution_same_weights(handle, other.handle) != 0
    }

    /// Brings weights into the order that the implementation reads.
    func order(_ plain: UnsafePointer<Float>, into ordered: UnsafeMutableRawPointer) throws(InferenceError) {
        try check(cdnnl_convolution_order_weights(handle, plain, ordered), name)
    }

    /// Computes `target` from `source`, blocked activations both; `scratch` has ``scratchBytes``.
    func run(
        source: UnsafePointer<Float>, weights: NetworkWeights.Ordered, target: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutableRawPointer
    ) throws(InferenceError) {
        try check(
            cdnnl_convolution_run(
                handle, source, weights.weights.floats.baseAddress, weights.bias?.floats.baseAddress, target, scratch),
            name)
    }
}

extension DNNLContext {
    /// Bytes of scratch memory that the library says a convolution takes, by threads that were set before; `nil` where it
    /// has no such convolution.
    func scratchBytes(_ shape: ConvolutionShape) -> Int? {
        var shape = cdnnl_shape(shape)
        var bytes: Int64 = 0
        return cdnnl_scratch(handle, &shape, &bytes) == 0 ? Int(bytes) : nil
    }
}

extension cdnnl_shape {
    init(_ shape: ConvolutionShape) {
        self.init(
            batch: Int64(shape.batch), input_channels: Int64(shape.inputChannels),
            output_channels: Int64(shape.outputChannels), height: Int64(shape.height), width: Int64(shape.width),
            kernel: Int64(shape.kernel), stride: Int64(shape.stride), padding: Int64(shape.padding),
            transposed: shape.isTransposed ? 1 : 0, bias: shape.hasBias ? 1 : 0, relu: shape.relu ? 1 : 0,
            sum: shape.sums ? 1 : 0, winograd: shape.method == .winograd ? 1 : 0)
    }
}

/// The sum of two activations of one size.
final class DNNLSum {
    private let handle: OpaquePointer
    private let context: DNNLContext

    /// - Parameter count: Floats of each.
    init(_ context: DNNLContext, count: Int) throws(InferenceError) {
        var made: OpaquePointer?
        try check(cdnnl_sum_create(context.handle, Int64(count), &made), "a sum")
        guard let made else { throw .library("a sum", "it gave none") }
        handle = made
        self.context = context
    }

    deinit {
        cdnnl_sum_destroy(handle)
    }

    /// Writes `one + other`; `target` may be `one`.
    func run(
        _ one: UnsafePointer<Float>, _ other: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
    ) throws(InferenceError) {
        try check(cdnnl_sum_run(handle, one, other, target), "a sum")
    }
}

private func check(_ status: Int32, _ what: String) throws(InferenceError) {
    guard status == 0 else { throw .library(what, String(cString: cdnnl_status_text(status))) }
}
