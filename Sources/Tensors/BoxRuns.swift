/// Stretches of memory that boxes of a value's trailing axes take up, in a memory that holds the whole value or one box
/// of it. One after the other, packed, they are what travels.
package struct BoxRuns: Hashable, Sendable {
    /// Floats that lie side by side: where in memory, and where among those packed.
    package struct Run: Hashable, Sendable {
        package let memory: Int
        package let packed: Int
        package let count: Int
    }

    package let runs: [Run]
    /// Floats in all.
    package let count: Int

    /// - Parameters:
    ///   - boxes: Of the trailing axes of a value of `type`; the whole value where `nil`.
    ///   - held: The box that the memory holds and all `boxes` lie in; the whole value where `nil`.
    package init(_ type: TensorType, _ boxes: [Region]?, in held: Region? = nil) {
        guard let boxes else {
            runs = [Run(memory: 0, packed: 0, count: type.floatCount)]
            count = type.floatCount
            return
        }
        var runs: [Run] = []
        var packed = 0
        for box in boxes where !box.isEmpty {
            let extents = held?.extents ?? type.shape.trailing(box.ranges.count)
            let inMemory = held.map(box.within) ?? box
            let planes = type.shape.dimensions.dropLast(extents.count).reduce(1, *)
            BoxRuns.add(inMemory, extents, planes: planes, step: type.element.floats, &runs, &packed)
        }
        self.runs = runs
        count = packed
    }

    private static func add(
        _ box: Region, _ extents: [Int], planes: Int, step: Int, _ runs: inout [Run], _ packed: inout Int
    ) {
        // Where each row of the last axis begins, plane by plane.
        var rows = Array(0..<planes)
        for axis in extents.indices.dropLast() {
            rows = rows.flatMap { row in box[axis].map { row * extents[axis] + $0 } }
        }
        let last = extents.count - 1
        let length = (last < 0 ? 1 : box[last].count) * step
        for row in rows {
            let start = last < 0 ? row * step : (row * extents[last] + box[last].lowerBound) * step
            if let before = runs.last, before.memory + before.count == start, before.packed + before.count == packed {
                runs[runs.count - 1] = Run(memory: before.memory, packed: before.packed, count: before.count + length)
            } else {
                runs.append(Run(memory: start, packed: packed, count: length))
            }
            packed += length
        }
    }

    /// The stretch of memory that is all of it; `nil` where there are several.
    package var single: Range<Int>? {
        guard runs.count <= 1 else { return nil }
        return runs.first.map { $0.memory..<$0.memory + $0.count } ?? 0..<0
    }

    /// Packs what lies in `memory`.
    package func gather(from memory: UnsafeBufferPointer<Float>, into packed: UnsafeMutableBufferPointer<Float>) {
        precondition(packed.count == count, "packed floats are \(packed.count), not \(count)")
        guard let from = memory.baseAddress, let to = packed.baseAddress else { return }
        for run in runs { (to + run.packed).update(from: from + run.memory, count: run.count) }
    }

    /// Puts bytes of the packed value where they belong in `memory`.
    ///
    /// - Parameter offset: Bytes of the packed value before these; no more may come than there are.
    package func scatter(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, into memory: UnsafeMutableBufferPointer<Float>
    ) {
        guard let from = bytes.baseAddress, let base = memory.baseAddress else { return }
        let to = UnsafeMutableRawPointer(base)
        let stride = MemoryLayout<Float>.stride
        let end = offset + bytes.count
        var index = firstRun(endingBehind: offset)
        while index < runs.count, runs[index].packed * stride < end {
            let run = runs[index]
            let begin = max(offset, run.packed * stride)
            let stop = min(end, (run.packed + run.count) * stride)
            (to + run.memory * stride + begin - run.packed * stride)
                .copyMemory(from: from + begin - offset, byteCount: stop - begin)
            index += 1
        }
    }

    private func firstRun(endingBehind offset: Int) -> Int {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if (runs[middle].packed + runs[middle].count) * MemoryLayout<Float>.stride <= offset {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
