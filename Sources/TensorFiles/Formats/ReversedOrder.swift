/// Puts the numbers of an array whose first axis varies fastest in row-major order, some at a time: no copy of the array is
/// made.
struct ReversedOrder {
    private let extents: [Int]
    /// Floats from one entry of an axis to the next, where they are put.
    private let strides: [Int]
    private let floats: Int

    /// - Parameter floats: Of an element.
    init(_ extents: [Int], floats: Int) {
        self.extents = extents
        self.floats = floats
        var strides = [Int](repeating: floats, count: extents.count)
        for axis in extents.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * extents[axis + 1] }
        self.strides = strides
    }

    /// - Parameter start: Floats of the array that come before these; whole elements.
    func place(_ part: UnsafeBufferPointer<Float>, at start: Int, in target: UnsafeMutableBufferPointer<Float>) {
        guard !extents.isEmpty else {
            for index in part.indices { target[start + index] = part[index] }
            return
        }
        var rest = start / floats
        var index = extents.map { extent in
            defer { rest /= extent }
            return rest % extent
        }
        var from = 0
        while from < part.count {
            // Along the first axis, then on to the next line.
            let line = min((extents[0] - index[0]) * floats, part.count - from)
            var to = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
            for element in stride(from: from, to: from + line, by: floats) {
                for number in 0..<floats { target[to + number] = part[element + number] }
                to += strides[0]
            }
            from += line
            index[0] = 0
            for axis in extents.indices.dropFirst() {
                index[axis] += 1
                if index[axis] < extents[axis] { break }
                index[axis] = 0
            }
        }
    }
}
