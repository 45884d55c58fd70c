/// A box of indices: on each axis a half-open range.
public struct Region: Hashable, Sendable, Codable, CustomStringConvertible {
    /// A range for each axis.
    public let ranges: [Range<Int>]

    /// The box of a range for each axis.
    public init(_ ranges: [Range<Int>]) {
        self.ranges = ranges
    }

    /// The whole of a grid of the given extents.
    public init(whole extents: [Int]) {
        ranges = extents.map { 0..<$0 }
    }

    /// Indices on each axis.
    public var extents: [Int] { ranges.map(\.count) }

    /// Indices in all.
    public var count: Int { extents.reduce(1, *) }

    /// Whether nothing is in it.
    public var isEmpty: Bool { ranges.contains(where: \.isEmpty) }

    /// Its range on an axis.
    public subscript(_ axis: Int) -> Range<Int> { ranges[axis] }

    /// The indices in both; empty ranges where they do not meet.
    public func intersection(_ other: Region) -> Region {
        Region(zip(ranges, other.ranges).map { $0.clamped(to: $1) })
    }

    /// The same box, `offsets` further on each axis.
    public func shifted(by offsets: [Int]) -> Region {
        Region(zip(ranges, offsets).map { range, offset in range.lowerBound + offset..<range.upperBound + offset })
    }

    /// `[0..<64, 32..<96]`
    public var description: String { "[" + ranges.map { "\($0)" }.joined(separator: ", ") + "]" }
}
