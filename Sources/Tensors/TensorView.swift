/// A tensor's values in memory that somebody else owns, for reading.
///
/// Like `UnsafeBufferPointer` it is valid only while the owner keeps the memory: for the length of a `withView` call, or
/// of a kernel's `run`.
public struct TensorView {
    /// Its shape and element type.
    public let type: TensorType
    /// The values in row-major order; complex elements as real part, imaginary part.
    public let floats: UnsafeBufferPointer<Float>

    /// - Parameter floats: As many as the type asks for; they must outlive the view.
    public init(_ type: TensorType, _ floats: UnsafeBufferPointer<Float>) {
        self.type = type
        self.floats = floats
    }

    /// Its shape.
    public var shape: Shape { type.shape }
}

/// A tensor's values in memory that somebody else owns, for reading and writing; valid as long as ``TensorView``.
public struct MutableTensorView {
    /// Its shape and element type.
    public let type: TensorType
    /// The values in row-major order; complex elements as real part, imaginary part.
    public let floats: UnsafeMutableBufferPointer<Float>

    /// - Parameter floats: As many as the type asks for; they must outlive the view.
    public init(_ type: TensorType, _ floats: UnsafeMutableBufferPointer<Float>) {
        self.type = type
        self.floats = floats
    }

    /// Its shape.
    public var shape: Shape { type.shape }

    /// The same memory for reading.
    public var readOnly: TensorView { TensorView(type, UnsafeBufferPointer(floats)) }

    /// Overwrites every value with that of a view of equally many values.
    ///
    /// - Precondition: both hold the same number of floats.
    public func copy(from source: TensorView) {
        precondition(source.floats.count == floats.count, "cannot copy \(source.type) to \(type)")
        guard let from = source.floats.baseAddress, let to = floats.baseAddress else { return }
        to.update(from: from, count: floats.count)
    }

    /// Overwrites every value.
    public func fill(_ value: Float) {
        floats.update(repeating: value)
    }
}
