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
    package static func sum(_ terms: [TensorView], into output: MutableTensorView) {
        precondition(!terms.isEmpty, "the sum of no tensors has no value")
        for term in terms {
            precondition(term.type == output.type, "a term of type \(term.type) in a sum of type \(output.type)")
        }
        guard let total = output.floats.baseAddress else { return }
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: terms.count) { starts in
            var count = 0
            for term in terms {
                guard let start = term.floats.baseAddress else { return }
                starts.initializeElement(at: count, to: start)
                count += 1
            }
            sum(UnsafeBufferPointer(starts), into: total, length: output.floats.count)
        }
    }

    private static func sum(
        _ terms: UnsafeBufferPointer<UnsafePointer<Float>>, into total: UnsafeMutablePointer<Float>, length: Int
    ) {
        // Stretch by stretch, so that the waiting sums fit the 256 floats that cost no allocation.
        let levels = max(1, depth(terms.count) - 1)
        let stretch = max(32, 256 / levels)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: stretch * levels) { memory in
            guard let memory = memory.baseAddress else { return }
            for start in stride(from: 0, to: length, by: stretch) {
                var waiting = WaitingSums(
                    bottom: total + start, others: memory, stretch: stretch, length: min(stretch, length - start))
                for (index, term) in terms.enumerated() {
                    waiting.push(term + start)
                    for _ in 0..<merges(after: index) { waiting.merge() }
                }
                while waiting.top > 0 { waiting.merge() }
            }
        }
    }
}

/// The sums of one stretch that wait for their other half: a stack, whose bottom is where the total will be.
private struct WaitingSums {
    let bottom: UnsafeMutablePointer<Float>
    let others: UnsafeMutablePointer<Float>
    let stretch: Int
    let length: Int
    var top = -1

    mutating func push(_ term: UnsafePointer<Float>) {
        top += 1
        place(top).update(from: term, count: length)
    }

    /// Adds the topmost sum to the one below it.
    mutating func merge() {
        let (upper, lower) = (place(top), place(top - 1))
        for i in 0..<length { lower[i] += upper[i] }
        top -= 1
    }

    private func place(_ level: Int) -> UnsafeMutablePointer<Float> {
        level == 0 ? bottom : others + (level - 1) * stretch
    }
}
