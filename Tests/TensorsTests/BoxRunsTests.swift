import Tensors
import TestSupport
import Testing

@Suite("Boxes of values")
struct BoxRunsTests {
    private static func region(_ extents: [Int], _ random: inout SeededRandom) -> Region {
        Region(
            extents.map { extent in
                let first = Int.random(in: 0..<extent, using: &random)
                return first..<Int.random(in: first + 1...extent, using: &random)
            })
    }

    private static func indices(_ region: Region) -> Set<[Int]> {
        Set(
            region.ranges.reduce([[]]) { tuples, range in
                tuples.flatMap { tuple in range.map { tuple + [$0] } }
            })
    }

    @Test(
        "what is left of a box without others is cut into boxes that do not meet",
        arguments: 1...40 as ClosedRange<UInt64>)
    func difference(seed: UInt64) {
        var random = SeededRandom(seed)
        let extents = seed % 2 == 0 ? [6, 7] : [4, 3, 5]
        let box = Self.region(extents, &random)
        let others = (0..<Int(seed % 4)).map { _ in Self.region(extents, &random) }
        let rest = box.subtracting(others)
        let expected = others.reduce(Self.indices(box)) { $0.subtracting(Self.indices($1)) }
        #expect(rest.reduce(0) { $0 + $1.count } == expected.count)
        #expect(rest.reduce(into: Set()) { $0.formUnion(Self.indices($1)) } == expected)
        #expect(rest.allSatisfy { !$0.isEmpty })
    }

    @Test("they travel side by side and come to lie where they belong", arguments: 1...40 as ClosedRange<UInt64>)
    func travel(seed: UInt64) {
        var random = SeededRandom(seed)
        let extents = [Int.random(in: 1...6, using: &random), Int.random(in: 1...7, using: &random)]
        let element: ElementType = seed % 3 == 0 ? .complex64 : .float32
        let type = TensorType(Shape([2, 3] + extents), element)
        let value = Tensor.random(type.shape, element: element, seed: seed)
        let first = Self.region(extents, &random)
        let boxes = [first] + Self.region(extents, &random).subtracting(first)
        let held = boxes.reduce(first) { $0.union($1) }
        let source = BoxRuns(type, boxes)
        let target = BoxRuns(type, boxes, in: held)
        #expect(source.count == target.count)
        #expect(source.count == boxes.reduce(0) { $0 + type.cut(to: $1).floatCount })

        let packed = TensorBuffer(floatCount: source.count)
        value.withView { source.gather(from: $0.floats, into: packed.floats) }
        let there = TensorBuffer(floatCount: type.cut(to: held).floatCount)
        there.floats.update(repeating: -1)
        // In parts of any size, as messages bring them.
        let bytes = UnsafeRawBufferPointer(packed.floats)
        var offset = 0
        while offset < bytes.count {
            let count = min(bytes.count - offset, Int.random(in: 1...97, using: &random))
            target.scatter(
                UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]), at: offset, into: there.floats)
            offset += count
        }
        let inBoxes = boxes.reduce(into: Set()) { $0.formUnion(Self.indices($1)) }
        let step = element.floats
        for plane in 0..<6 {
            for row in 0..<extents[0] {
                for column in 0..<extents[1] where held[0].contains(row) && held[1].contains(column) {
                    let from = ((plane * extents[0] + row) * extents[1] + column) * step
                    let to =
                        ((plane * held[0].count + row - held[0].lowerBound) * held[1].count + column
                            - held[1].lowerBound) * step
                    for part in 0..<step {
                        let expected = inBoxes.contains([row, column]) ? value.values[from + part] : -1
                        #expect(there.floats[to + part] == expected)
                    }
                }
            }
        }
    }

    @Test("whole values and rows side by side are one stretch")
    func single() {
        let type = TensorType([1, 1, 8, 5])
        #expect(BoxRuns(type, nil).single == 0..<40)
        #expect(BoxRuns(type, [Region([2..<4, 0..<5])]).single == 10..<20)
        #expect(BoxRuns(type, [Region([2..<4, 0..<4])]).single == nil)
        #expect(BoxRuns(type, [Region([2..<4, 1..<3])], in: Region([2..<4, 1..<3])).single == 0..<4)
    }
}
