package import Tensors

/// Memory of an operator's or solver's own, kept from call to call.
package struct Scratch {
    private let type: TensorType
    private let buffer: TensorBuffer

    package init(_ type: TensorType) {
        self.init(type, TensorBuffer(floatCount: type.floatCount))
    }

    /// - Precondition: `buffer` holds at least what the type asks for.
    private init(_ type: TensorType, _ buffer: TensorBuffer) {
        self.type = type
        self.buffer = buffer
    }

    /// One piece for each type, all in the same memory: for values of which one is needed at a time.
    package static func sharing(_ types: [TensorType]) -> [Scratch] {
        let buffer = TensorBuffer(floatCount: types.map(\.floatCount).max() ?? 0)
        return types.map { Scratch($0, buffer) }
    }

    package var view: MutableTensorView {
        MutableTensorView(type, UnsafeMutableBufferPointer(rebasing: buffer.floats[..<type.floatCount]))
    }

    package var readOnly: TensorView { view.readOnly }
}
