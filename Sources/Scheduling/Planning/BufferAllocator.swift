/// Assigns ranges of one arena to values that live over intervals of a worker's steps, reusing what has become free.
package struct BufferAllocator {
    /// A value to place: how many floats, from which step to which.
    package struct Lifetime {
        package var count: Int
        package var first: Int
        package var last: Int

        package init(count: Int, first: Int, last: Int) {
            self.count = count
            self.first = first
            self.last = last
        }
    }

    /// Sixteen floats: a cache line, and the alignment of the arena itself.
    private static let granularity = 16

    /// The range of every lifetime, in their order, and the size of the arena: first fit over the lifetimes in the order
    /// in which they begin, the longest and largest first.
    package static func assign(_ lifetimes: [Lifetime]) -> (ranges: [BufferRange], count: Int) {
        var ranges = lifetimes.map { _ in BufferRange(offset: 0, count: 0) }
        let order = lifetimes.indices.sorted { left, right in
            let a = lifetimes[left]
            let b = lifetimes[right]
            return (a.first, -a.last, -a.count, left) < (b.first, -b.last, -b.count, right)
        }
        var free: [BufferRange] = []
        var busy = EndQueue()
        var end = 0
        for index in order {
            let lifetime = lifetimes[index]
            for ended in busy.removeAll(endingBefore: lifetime.first) { release(ranges[ended], into: &free) }
            let count = (max(lifetime.count, 1) + granularity - 1) / granularity * granularity
            var range = BufferRange(offset: end, count: count)
            if let slot = free.firstIndex(where: { $0.count >= count }) {
                range = BufferRange(offset: free[slot].offset, count: count)
                let rest = free[slot].count - count
                if rest == 0 {
                    free.remove(at: slot)
                } else {
                    free[slot] = BufferRange(offset: range.end, count: rest)
                }
            } else if let last = free.last, last.end == end {
                // The arena ends in free floats: take them and as many more as are missing.
                range = BufferRange(offset: last.offset, count: count)
                free.removeLast()
                end = range.end
            } else {
                end = range.end
            }
            ranges[index] = range
            busy.insert(index, end: lifetime.last)
        }
        let exact = zip(ranges, lifetimes).map { BufferRange(offset: $0.offset, count: $1.count) }
        return (exact, end)
    }

    /// Gives a range back, joined with its free neighbours; `free` stays in order.
    private static func release(_ exact: BufferRange, into free: inout [BufferRange]) {
        var range = exact
        var index = free.partitioningIndex { $0.offset >= range.offset }
        if index < free.count, range.end == free[index].offset {
            range = BufferRange(offset: range.offset, count: range.count + free[index].count)
            free.remove(at: index)
        }
        if index > 0, free[index - 1].end == range.offset {
            range = BufferRange(offset: free[index - 1].offset, count: free[index - 1].count + range.count)
            free.remove(at: index - 1)
            index -= 1
        }
        free.insert(range, at: index)
    }
}

/// The lifetimes that have begun, by when they end.
private struct EndQueue {
    private var ends: [Int: [Int]] = [:]
    private var next = 0

    mutating func insert(_ index: Int, end: Int) {
        ends[end, default: []].append(index)
    }

    /// Those that end before `step`, which never decreases from call to call.
    mutating func removeAll(endingBefore step: Int) -> [Int] {
        var removed: [Int] = []
        while next < step {
            removed += ends.removeValue(forKey: next) ?? []
            next += 1
        }
        return removed
    }
}

extension Array {
    /// The first index whose element satisfies `belongs`, where all that follow do too.
    fileprivate func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}
