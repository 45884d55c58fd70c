/// The order in which the instances of an axis are summed, whatever order they were computed in and wherever.
///
/// Neighbours are added in pairs, `(0, 1), (2, 3), …`, then the pairs' sums likewise, level by level; one left over at
/// the end of a level moves up as it is. So 5 values are summed as `((0 + 1) + (2 + 3)) + 4`. The order is a function of
/// the count alone, which makes a sum independent of placement; its rounding error grows with the logarithm of the count.
package enum SumTree {
    /// Sums that wait at once while `count` values come in one after the other: the levels of the tree.
    package static func depth(_ count: Int) -> Int {
        Int.bitWidth - max(count, 1).leadingZeroBitCount
    }

    /// Sums of the two topmost waiting values to make after value `index` has joined them. Once all are in, those that
    /// still wait are added from the top down.
    package static func merges(after index: Int) -> Int {
        (index + 1).trailingZeroBitCount
    }

    /// How many of `count` values the last sum of the tree has on its left, the largest power of two below the count.
    ///
    /// - Precondition: There are two values or more.
    package static func left(of count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
