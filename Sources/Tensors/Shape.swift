/// The extents of a tensor's axes, slowest first (row-major): an image is `N × C × H × W`.
public struct Shape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// Axes of a value at most.
    package static let mostAxes = 16

    /// Elements along each axis.
    public let dimensions: [Int]

    /// Elements in all: the product of `dimensions`, 1 for a scalar.
    public let count: Int

    /// A shape that the program itself made; extents are not negative and their product fits an `Int`.
    /// Use ``init(validating:)`` for extents that came from a file or a user.
    public init(_ dimensions: [Int]) {
        self.dimensions = dimensions
        count = dimensions.reduce(1, *)
    }

    public init(arrayLiteral elements: Int...) {
        self.init(elements)
    }

    /// A shape from outside: `nil` if an extent is negative or the number of bytes it stands for cannot be addressed.
    public init?(validating dimensions: [Int]) {
        var product = 1
        for extent in dimensions {
            guard extent >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard !overflow, next < Int.max / 64 else { return nil }
            product = next
        }
        self.dimensions = dimensions
        count = product
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let dimensions = try container.decode([Int].self)
        guard let shape = Shape(validating: dimensions) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(dimensions) is not a shape; its extents must be 0 or more")
        }
        self = shape
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(dimensions)
    }

    /// Number of axes; 0 for a scalar.
    public var rank: Int { dimensions.count }

    /// The extent of an axis.
    public subscript(_ axis: Int) -> Int { dimensions[axis] }

    /// The last `count` extents: of an image, its height and width.
    public func trailing(_ count: Int) -> [Int] { Array(dimensions.suffix(count)) }

    /// The same leading axes with other trailing ones.
    public func replacingTrailing(_ extents: [Int]) -> Shape {
        Shape(dimensions.dropLast(extents.count) + extents)
    }

    /// `1 × 3 × 64 × 48`, or `scalar`.
    public var description: String {
        dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: " × ")
    }
}
