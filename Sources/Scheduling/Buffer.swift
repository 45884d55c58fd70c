public import Tensors

/// A range of a worker's arena, in floats.
public struct BufferRange: Hashable, Sendable {
    public package(set) var offset: Int
    public let count: Int

    public var end: Int { offset + count }

    package init(offset: Int, count: Int) {
        self.offset = offset
        self.count = count
    }
}

/// Where a worker finds a value: the range of its arena, and the box of the value that lies there, or `nil` for the whole.
public struct Buffer: Hashable, Sendable {
    public package(set) var range: BufferRange
    public let box: Region?

    package init(_ range: BufferRange, box: Region? = nil) {
        self.range = range
        self.box = box
    }
}
