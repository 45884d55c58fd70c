internal import TensorMath
package import Tensors

/// The sum of an axis' instances in the order of ``SumTree``.
package enum TreeSum {
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
        let levels = max(1, SumTree.depth(terms.count) - 1)
        let stretch = max(32, 256 / levels)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: stretch * levels) { memory in
            guard let memory = memory.baseAddress else { return }
            for start in stride(from: 0, to: length, by: stretch) {
                var waiting = WaitingSums(
                    bottom: total + start, others: memory, stretch: stretch, length: min(stretch, length - start))
                for (index, term) in terms.enumerated() {
                    waiting.push(term + start)
                    for _ in 0..<SumTree.merges(after: index) { waiting.merge() }
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
