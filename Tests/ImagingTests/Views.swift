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

extension Tensor {
    /// A new tensor that `write` fills.
    init(_ type: TensorType, writing write: (MutableTensorView) throws -> Void) rethrows {
        self.init(type)
        try withMutableView(write)
    }
}
