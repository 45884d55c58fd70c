internal import Foundation
internal import Tensors

/// The elements of a box of a row-major array, as runs of those that lie one after the other, in order.
struct StoredRuns: Sequence, IteratorProtocol {
    private let box: Region
    /// Elements from one entry of an axis to the next.
    private let strides: [Int]
    /// Elements of a run.
    private let length: Int
    /// Axes along which runs are counted.
    private let outer: Int
    private var index: [Int]
    private var start: Int
    private var isDone: Bool

    /// - Precondition: The box has a range for every axis, within the array.
    init(_ box: Region, of extents: [Int]) {
        self.box = box
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
        var strides = [Int](repeating: 1, count: extents.count)
        for axis in extents.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * extents[axis + 1] }
        self.strides = strides
        index = box.ranges.map(\.lowerBound)
        start = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
        isDone = box.isEmpty
    }

    mutating func next() -> Range<Int>? {
        guard !isDone else { return nil }
        let run = start..<start + length
        isDone = true
        for axis in (0..<outer).reversed() {
            index[axis] += 1
            start += strides[axis]
            if index[axis] < box[axis].upperBound {
                isDone = false
                break
            }
            start -= box[axis].count * strides[axis]
            index[axis] = box[axis].lowerBound
        }
        return run
    }
}

/// Runs that lie close together, which are read at once with what lies between them.
struct RunWindow {
    private let runs: [Range<Int>]

    /// The elements from the first of them to the last.
    var span: Range<Int> { (runs.first?.lowerBound ?? 0)..<(runs.last?.upperBound ?? 0) }

    fileprivate init(_ runs: [Range<Int>]) {
        self.runs = runs
    }

    /// Leaves of the bytes of the span those of the runs alone, side by side at the beginning.
    ///
    /// - Parameter bytes: All of them, or a part of a single run.
    /// - Returns: how many those are.
    func pick(from bytes: UnsafeMutableRawBufferPointer, elementBytes: Int) -> Int {
        guard runs.count > 1, let base = bytes.baseAddress else { return bytes.count }
        var picked = 0
        for run in runs {
            let count = run.count * elementBytes
            memmove(base + picked, base + (run.lowerBound - span.lowerBound) * elementBytes, count)
            picked += count
        }
        return picked
    }
}

/// The runs of a box by windows: a slice across the rows has but an element in each.
struct RunWindows: Sequence, IteratorProtocol {
    private var runs: StoredRuns
    private var following: Range<Int>?
    private let longest: Int
    private let gap: Int

    /// - Parameters:
    ///   - longest: Elements that a window of several runs spans at most.
    ///   - gap: Elements between two runs of a window at most.
    init(_ runs: StoredRuns, longest: Int, gap: Int) {
        self.runs = runs
        self.longest = longest
        self.gap = gap
        following = self.runs.next()
    }

    mutating func next() -> RunWindow? {
        guard let first = following else { return nil }
        var window = [first]
        var end = first.upperBound
        following = runs.next()
        while let run = following, run.lowerBound - end <= gap, run.upperBound - first.lowerBound <= longest {
            window.append(run)
            end = run.upperBound
            following = runs.next()
        }
        return RunWindow(window)
    }
}
