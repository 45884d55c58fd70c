internal import Tensors

extension TensorBuffer {
    /// Its first float; there is memory even for a buffer of none.
    var start: UnsafeMutablePointer<Float> {
        guard let start = floats.baseAddress else { preconditionFailure("a buffer without memory") }
        return start
    }
}
