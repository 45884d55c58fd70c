internal import TensorMath
package import Tensors

/// The sum of an axis' instances in one fixed order, whatever order they were computed in and wherever.
///
/// Neighbours are added in pairs, `(0, 1), (2, 3), …`, then the pairs' sums likewise, level by level; one left over at
/// the end of a level moves up as it is. So 5 values are summed as `((0 + 1) + (2 + 3)) + 4`. The order is a function of
/// the count alone, which makes the result independent of placement; its rounding error grows with the logarithm of the
/// count.
package enum TreeSum {
    /// Sums that wait at once while `count` instances come in one after the other: the levels of the tree.
    static func depth(_ count: Int) -> Int {
        Int.bitWidth - max(count, 1).leadingZeroBitCount
    }

    /// Sums of the two topmost waiting values to make after instance `index` has joined them. Once all are in, those
    /// that still wait are added from the top down.
    static func merges(after index: Int) -> Int {
        (index + 1).trailingZeroBitCount
    }

    /// Writes the sum of `terms`, element by element.
    ///
    /// - Precondition: there is a term, all have the type of `output`, and none but the first may be its memory.
    package static func sum(_ terms: some RandomAccessCollection<TensorView>, into output: MutableTensorView) {
        precondition(!terms.isEmpty, "the sum of no tensors has no value")
        for term in terms {
            precondition(term.type == output.type, "a term of type \(term.type) in a sum of type \(output.type)")
        }
        guard let total = output.floats.baseAddress else { return }
        // Stretch by stretch, so that the waiting sums stay in the processor's first cache.
        let stretch = 1024
        withUnsafeTemporaryAllocation(of: Float.self, capacity: depth(terms.count) * stretch) { waiting in
            guard let waiting = waiting.baseAddress else { return }
            for start in stride(from: 0, to: output.floats.count, by: stretch) {
                let length = min(stretch, output.floats.count - start)
                sum(terms, start, length, waiting, stretch)
                (total + start).update(from: waiting, count: length)
            }
        }
    }

    /// One stretch of ``sum(_:into:)``: the waiting sums are a stack in `waiting`, whose bottom ends as the total.
    private static func sum(
        _ terms: some RandomAccessCollection<TensorView>, _ start: Int, _ length: Int,
        _ waiting: UnsafeMutablePointer<Float>, _ stretch: Int
    ) {
        var top = waiting
        func merge() {
            let below = top - stretch
            for i in 0..<length { below[i] += top[i] }
            top = below
        }
        for (index, term) in terms.enumerated() {
            if index > 0 { top += stretch }
            guard let from = term.floats.baseAddress else { return }
            top.update(from: from + start, count: length)
            for _ in 0..<merges(after: index) { merge() }
        }
        while top > waiting { merge() }
    }
}
