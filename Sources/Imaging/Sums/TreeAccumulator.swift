internal import TensorMath
package import Tensors

/// ``TreeSum`` of values that come one after the other, in the memory of the tree's depth instead of all of them.
package final class TreeAccumulator {
    private let count: Int
    private let waiting: [Scratch]

    /// - Parameter count: values to be summed, at least one.
    package init(_ type: TensorType, count: Int) {
        self.count = count
        // The bottom of the stack is the caller's output.
        waiting = (1..<SumTree.depth(count)).map { _ in Scratch(type) }
    }

    /// Writes the sum of what `write` leaves in the view it is given, for each index below `count` in order.
    package func sum(into output: MutableTensorView, _ write: (_ index: Int, _ term: MutableTensorView) -> Void) {
        var top = -1
        for index in 0..<count {
            top += 1
            write(index, place(top, output))
            for _ in 0..<SumTree.merges(after: index) {
                merge(top, output)
                top -= 1
            }
        }
        while top > 0 {
            merge(top, output)
            top -= 1
        }
    }

    /// Adds the waiting sum at `level` to the one below it.
    private func merge(_ level: Int, _ output: MutableTensorView) {
        axpy(1, place(level, output).readOnly, place(level - 1, output))
    }

    private func place(_ level: Int, _ output: MutableTensorView) -> MutableTensorView {
        level == 0 ? output : waiting[level - 1].view
    }
}
