package import Tensors

/// Where a receiver wants what a transfer brings: the whole of a buffer, or boxes in it.
package struct ReceiveBuffer {
    /// Of what travels.
    package let type: TensorType
    private let memory: UnsafeMutableBufferPointer<Float>
    private let runs: BoxRuns

    /// A buffer for whole values.
    package init(_ view: MutableTensorView) {
        type = view.type
        memory = view.floats
        runs = BoxRuns(view.type, nil)
    }

    /// - Parameters:
    ///   - type: Of what travels, as many floats as `runs` has.
    ///   - memory: That the runs lie in.
    package init(_ type: TensorType, _ memory: UnsafeMutableBufferPointer<Float>, _ runs: BoxRuns) {
        self.type = type
        self.memory = memory
        self.runs = runs
    }

    /// Puts a part of what travels where it belongs.
    ///
    /// - Parameter offset: Bytes before it; with them it must be no more than `type` says.
    func take(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        runs.scatter(bytes, at: offset, into: memory)
    }
}
