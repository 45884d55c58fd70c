extension Region {
    /// The smallest box that holds both.
    package func union(_ other: Region) -> Region {
        guard !isEmpty else { return other }
        guard !other.isEmpty else { return self }
        return Region(
            zip(ranges, other.ranges).map { min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound) })
    }

    /// What is in this box and not in `other`, as boxes that do not meet.
    package func subtracting(_ other: Region) -> [Region] {
        let common = intersection(other)
        guard !common.isEmpty else { return isEmpty ? [] : [self] }
        var rest = ranges
        var boxes: [Region] = []
        // A slab before and behind the common box on each axis in turn; what is left in the end is the common box.
        for axis in ranges.indices {
            for slab in [
                rest[axis].lowerBound..<common[axis].lowerBound, common[axis].upperBound..<rest[axis].upperBound,
            ] where !slab.isEmpty {
                var box = rest
                box[axis] = slab
                boxes.append(Region(box))
            }
            rest[axis] = common[axis]
        }
        return boxes
    }

    /// What is in this box and in none of `others`, as boxes that do not meet.
    package func subtracting(_ others: [Region]) -> [Region] {
        others.reduce(isEmpty ? [] : [self]) { boxes, other in boxes.flatMap { $0.subtracting(other) } }
    }

    /// The box of `indices` of a value's trailing axes as it lies in memory that holds only the box `held` of them.
    package func within(_ held: Region) -> Region {
        shifted(by: held.ranges.map { -$0.lowerBound })
    }
}

extension TensorType {
    /// The type of the part of a value that `box` cuts out of its trailing axes; the value's own where it is `nil`.
    package func cut(to box: Region?) -> TensorType {
        guard let box else { return self }
        return TensorType(shape.replacingTrailing(box.extents), element)
    }
}
