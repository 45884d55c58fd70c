import Scheduling
import TestSupport
import Testing

@Suite("Buffers of an arena")
struct BufferAllocatorTests {
    private func overlap(_ a: BufferRange, _ b: BufferRange) -> Bool { a.offset < b.end && b.offset < a.end }

    @Test("values that live at once never share memory", arguments: 1...40)
    func lifetimes(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let steps = Int.random(in: 1...60, using: &random)
        let lifetimes = (0..<Int.random(in: 1...120, using: &random)).map { _ in
            let first = Int.random(in: 0..<steps, using: &random)
            return BufferAllocator.Lifetime(
                count: Int.random(in: 0...100, using: &random), first: first,
                last: Int.random(in: first..<steps, using: &random))
        }
        let (ranges, count) = BufferAllocator.assign(lifetimes)
        for (index, a) in lifetimes.enumerated() {
            #expect(ranges[index].count == a.count)
            #expect(ranges[index].offset % 16 == 0)
            #expect(ranges[index].end <= count)
            for other in 0..<index {
                let b = lifetimes[other]
                guard a.first <= b.last, b.first <= a.last else { continue }
                #expect(!overlap(ranges[index], ranges[other]), "\(a) and \(b)")
            }
        }
        let separate = lifetimes.reduce(0) { $0 + (max($1.count, 1) + 15) / 16 * 16 }
        #expect(count <= separate)
    }

    @Test("memory is used again as soon as it is free")
    func reuse() {
        // A chain: two values live at a time.
        let chain = (0..<100).map { BufferAllocator.Lifetime(count: 32, first: $0, last: $0 + 1) }
        #expect(BufferAllocator.assign(chain).count == 64)
        // Free neighbours join, and the last of them grows.
        let lifetimes = [
            BufferAllocator.Lifetime(count: 16, first: 0, last: 0),
            BufferAllocator.Lifetime(count: 16, first: 0, last: 0),
            BufferAllocator.Lifetime(count: 48, first: 1, last: 1),
        ]
        #expect(BufferAllocator.assign(lifetimes).count == 48)
    }

    @Test("nothing takes no memory")
    func empty() {
        #expect(BufferAllocator.assign([]).count == 0)
    }
}
