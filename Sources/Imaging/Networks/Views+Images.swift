internal import Tensors

extension Shape {
    /// The shape of `count` images of an `N × C × H × W` batch.
    func batch(_ count: Int) -> Shape { [count, self[1], self[2], self[3]] }
}

extension TensorView {
    /// Some images of an `N × C × H × W` batch.
    func images(_ range: Range<Int>) -> TensorView {
        let each = floats.count / max(shape[0], 1)
        return TensorView(
            TensorType(shape.batch(range.count)),
            UnsafeBufferPointer(rebasing: floats[range.lowerBound * each..<range.upperBound * each]))
    }
}

extension MutableTensorView {
    /// Some images of an `N × C × H × W` batch.
    func images(_ range: Range<Int>) -> MutableTensorView {
        let each = floats.count / max(shape[0], 1)
        return MutableTensorView(
            TensorType(shape.batch(range.count)),
            UnsafeMutableBufferPointer(rebasing: floats[range.lowerBound * each..<range.upperBound * each]))
    }
}
