internal import Tensors

/// The elements of a box of a row-major array, as runs of those that lie one after the other, in order.
struct StoredRuns: Sequence, IteratorProtocol {
    private let box: Region
    private let extents: [Int]
    /// Elements of a run.
    private let length: Int
    /// Axes along which runs are counted.
    private let outer: Int
    private var index: [Int]
    private var isDone: Bool

    /// - Precondition: The box has a range for every axis, within the array.
    init(_ box: Region, of extents: [Int]) {
        self.box = box
        self.extents = extents
        // Whole axes at the end lie together, and so does a part of the one before.
        var outer = extents.count
        var length = 1
        while outer > 0 {
            outer -= 1
            length *= box[outer].count
            if box[outer].count != extents[outer] { break }
        }
        self.outer = outer
        self.length = length
        index = box.ranges.map(\.lowerBound)
        isDone = box.isEmpty
    }

    mutating func next() -> Range<Int>? {
        guard !isDone else { return nil }
        let start = zip(index, extents).reduce(0) { $0 * $1.1 + $1.0 }
        isDone = true
        for axis in (0..<outer).reversed() {
            index[axis] += 1
            if index[axis] < box[axis].upperBound {
                isDone = false
                break
            }
            index[axis] = box[axis].lowerBound
        }
        return start..<start + length
    }
}
