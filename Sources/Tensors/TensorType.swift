/// What one element of a tensor is.
public enum ElementType: String, Hashable, Sendable, Codable, CaseIterable {
    /// A 32-bit IEEE float.
    case float32
    /// A complex number: real and imaginary part as two `float32`, interleaved.
    case complex64

    /// `Float`s an element takes.
    public var floats: Int { self == .float32 ? 1 : 2 }
}

/// Everything that is known of a value before it is computed: its shape and element type.
public struct TensorType: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Extents of the axes.
    public let shape: Shape
    /// What an element is.
    public let element: ElementType

    /// A type, by default of real numbers.
    public init(_ shape: Shape, _ element: ElementType = .float32) {
        self.shape = shape
        self.element = element
    }

    /// A single number.
    public static let scalar = TensorType([])

    /// `Float`s it holds; twice the elements where they are complex.
    public var floatCount: Int { shape.count * element.floats }

    /// Bytes it takes in memory and on a link.
    public var byteCount: Int { floatCount * MemoryLayout<Float>.stride }

    /// `1 × 3 × 64 × 48 float32`
    public var description: String { "\(shape) \(element.rawValue)" }
}
