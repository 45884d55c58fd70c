import Foundation
import GraphModel
import Runtime
import Tensors
import TestSupport
import Testing

@Suite("The size of a trace")
struct TraceSizeTests {
    @Test("is known before the run", arguments: [1, 3], [1, 40])
    func bound(workers: Int, iterations: Int) throws {
        let folder = try TemporaryFolder()
        let job = try Job(
            "pnp",
            [
                "image": try folder.image([1, 1, 24, 24]), "iterations": "\(iterations)", "tolerance": "0",
                "tv-iterations": "2", "tile": "8",
            ])
        let plan = try job.plan(workers: workers)
        let size = ChromeTrace.encode(try job.run(workers: workers).traces).count
        let predicted = ChromeTrace.largestSize(plan, isRemote: false)
        #expect(size <= predicted)
        #expect(predicted < 3 * size + 4096)
        #expect(ChromeTrace.largestSize(plan, isRemote: true) >= predicted)
    }

    @Test(
        "what is on its way at once stands on lines of its own, so that nothing on a line crosses",
        arguments: 1...5 as ClosedRange<UInt64>)
    func lanes(seed: UInt64) throws {
        struct Entry: Decodable {
            let ph: String
            let tid: Int
            let ts: Double?
            let dur: Double?
        }
        struct Entries: Decodable {
            let traceEvents: [Entry]
        }
        var random = SeededRandom(seed)
        let spans = (0..<200).map { number in
            let start = Double.random(in: 0...1000, using: &random)
            return TransferSpan(
                phase: .body, value: ValueID("x", number), from: number % 2, to: 1 - number % 2, bytes: 4, start: start,
                end: start + Double.random(in: 0...30, using: &random))
        }
        let text = Data(ChromeTrace.encode([], transfers: spans))
        let entries = try JSONDecoder().decode(Entries.self, from: text).traceEvents.filter { $0.ph == "X" }
        #expect(entries.count == spans.count)
        var ends: [Int: Double] = [:]
        for entry in entries.sorted(by: { $0.ts ?? 0 < $1.ts ?? 0 }) {
            let (start, length) = (try #require(entry.ts), try #require(entry.dur))
            #expect(start >= ends[entry.tid] ?? 0)
            ends[entry.tid] = start + length - 1e-6
        }
        #expect(ends.count > 2 && ends.count < 30)
    }
}
