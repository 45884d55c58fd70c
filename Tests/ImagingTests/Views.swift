import Imaging
import Tensors

/// Calls `body` with a view of every tensor at once.
func withViews<Result>(_ tensors: [Tensor], _ body: ([TensorView]) throws -> Result) rethrows -> Result {
    func open(_ views: [TensorView]) throws -> Result {
        guard views.count < tensors.count else { return try body(views) }
        return try tensors[views.count].withView { try open(views + [$0]) }
    }
    return try open([])
}

/// Calls `body` with a view for writing of every tensor at once.
func withMutableViews(_ tensors: inout [Tensor], _ body: ([MutableTensorView]) -> Void) {
    func open(_ index: Int, _ views: [MutableTensorView]) {
        guard index < tensors.count else { return body(views) }
        // Taken out for the time of the call: two elements of an array cannot be written through at once.
        var tensor = tensors[index]
        tensors[index] = Tensor([0])
        tensor.withMutableView { open(index + 1, views + [$0]) }
        tensors[index] = tensor
    }
    open(0, [])
}

extension Tensor {
    /// A new tensor that `write` fills.
    init(_ type: TensorType, writing write: (MutableTensorView) throws -> Void) rethrows {
        self.init(type)
        try withMutableView(write)
    }
}
