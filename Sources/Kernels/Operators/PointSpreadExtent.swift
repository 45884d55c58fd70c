/// Size of a point spread function.
public struct PointSpreadExtent: Hashable, Sendable {
    /// Rows and columns, odd.
    public let sides: [Int]
    /// How many functions there are, for images of a batch and for channels: `n` and `c`, each 1 for all.
    public let planes: [Int]

    /// - Precondition: Both lists have two entries.
    public init(sides: [Int], planes: [Int] = [1, 1]) {
        precondition(sides.count == 2 && planes.count == 2, "rows and columns, images and channels")
        self.sides = sides
        self.planes = planes
    }

    /// What holds both.
    func union(_ other: PointSpreadExtent) -> PointSpreadExtent {
        PointSpreadExtent(
            sides: zip(sides, other.sides).map { max($0, $1) }, planes: zip(planes, other.planes).map { max($0, $1) })
    }
}
