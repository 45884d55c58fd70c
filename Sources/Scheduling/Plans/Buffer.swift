public import Tensors

/// A range of a worker's arena, in floats.
public struct BufferRange: Hashable, Sendable {
    /// Floats of the arena before it.
    public package(set) var offset: Int
    /// Floats in it.
    public let count: Int

    /// Floats of the arena up to its end.
    public var end: Int { offset + count }

    package init(offset: Int, count: Int) {
        self.offset = offset
        self.count = count
    }
}

/// Where a worker finds a value: the range of its arena, and the box of the value that lies there, or `nil` for the whole.
public struct Buffer: Hashable, Sendable {
    /// Where in the arena.
    public package(set) var range: BufferRange
    /// The box of the value that lies there; `nil` for the whole.
    public let box: Region?

    package init(_ range: BufferRange, box: Region? = nil) {
        self.range = range
        self.box = box
    }
}
