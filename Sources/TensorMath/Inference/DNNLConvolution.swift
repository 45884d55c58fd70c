internal import CDNNL
internal import Networks

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

/// A convolution of oneDNN at one size, bound to the memory it works on.
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

    /// Fixes the memory that every run uses; it must outlive this.
    func bind(
        source: UnsafePointer<Float>?, weights: UnsafeRawPointer?, bias: UnsafePointer<Float>?,
        target: UnsafeMutablePointer<Float>?, scratch: UnsafeMutableRawPointer?
    ) throws(InferenceError) {
        try check(cdnnl_convolution_bind(handle, source, weights, bias, target, scratch), name)
    }

    func run() throws(InferenceError) {
        try check(cdnnl_convolution_run(handle), name)
    }
}

private func check(_ status: Int32, _ what: String) throws(InferenceError) {
    guard status == 0 else { throw .library(what, String(cString: cdnnl_status_text(status))) }
}
