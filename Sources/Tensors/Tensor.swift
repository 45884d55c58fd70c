/// A dense, row-major array of `float32` or `complex64` elements with value semantics: copies share memory until one of
/// them is written.
public struct Tensor: Sendable {
    /// Its shape and element type.
    public let type: TensorType
    private var buffer: TensorBuffer

    /// A tensor of zeros.
    public init(_ type: TensorType) {
        self.type = type
        buffer = TensorBuffer(floatCount: type.floatCount)
    }

    /// A tensor of zeros, where there may be no memory for it.
    ///
    /// - Throws: ``MemoryShortage`` where there is none.
    package init(asking type: TensorType) throws(MemoryShortage) {
        self.type = type
        buffer = try TensorBuffer(asking: type.floatCount)
    }

    /// A tensor of zeros.
    public init(_ shape: Shape, _ element: ElementType = .float32) {
        self.init(TensorType(shape, element))
    }

    /// A tensor of the given values in row-major order; a complex element takes two of them.
    ///
    /// - Precondition: `values` has exactly as many entries as the type asks for.
    public init(_ type: TensorType, _ values: some Collection<Float>) {
        precondition(values.count == type.floatCount, "\(values.count) values for \(type)")
        self.init(type)
        _ = buffer.floats.update(fromContentsOf: values)
    }

    /// A real tensor of the given values in row-major order.
    ///
    /// - Precondition: `values` has exactly `shape.count` entries.
    public init(_ shape: Shape, _ values: some Collection<Float>) {
        self.init(TensorType(shape), values)
    }

    /// A copy of what a view shows.
    public init(copying view: TensorView) {
        self.init(view.type, view.floats)
    }

    /// Its shape.
    public var shape: Shape { type.shape }

    /// The values in row-major order; complex elements as real part, imaginary part.
    public var values: [Float] { Array(buffer.floats) }

    /// Calls `body` with the values for reading; the view must not outlive the call.
    public func withView<Result, Failure: Error>(
        _ body: (TensorView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(buffer) { () throws(Failure) in
            try body(TensorView(type, UnsafeBufferPointer(buffer.floats)))
        }
    }

    /// Calls `body` with the values for writing; the view must not outlive the call.
    public mutating func withMutableView<Result, Failure: Error>(
        _ body: (MutableTensorView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        makeUnique()
        return try withExtendedLifetime(buffer) { () throws(Failure) in
            try body(MutableTensorView(type, buffer.floats))
        }
    }

    /// The same values under another shape of equally many elements.
    ///
    /// - Precondition: the number of elements stays the same.
    public func reshaped(_ shape: Shape) -> Tensor {
        precondition(shape.count == self.shape.count, "cannot reshape \(self.shape) to \(shape)")
        return Tensor(sharing: buffer, TensorType(shape, type.element))
    }

    private init(sharing buffer: TensorBuffer, _ type: TensorType) {
        self.type = type
        self.buffer = buffer
    }

    private mutating func makeUnique() {
        guard !isKnownUniquelyReferenced(&buffer) else { return }
        let copy = TensorBuffer(floatCount: type.floatCount)
        _ = copy.floats.update(fromContentsOf: buffer.floats)
        buffer = copy
    }
}

extension Tensor: Equatable {
    /// Equal types and equal bits: NaN equals the same NaN, and 0 differs from -0.
    public static func == (left: Tensor, right: Tensor) -> Bool {
        guard left.type == right.type else { return false }
        guard left.buffer !== right.buffer else { return true }
        return zip(left.buffer.floats, right.buffer.floats).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}
