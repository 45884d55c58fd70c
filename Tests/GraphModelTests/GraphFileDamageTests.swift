import Foundation
import GraphModel
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Damaged .graph files")
struct GraphFileDamageTests {
    /// Damage to the text of a real graph: 2,500 samples for each of four seeds.
    @Test("are read or refused, and never trap", arguments: [UInt64(1), 2, 3, 4])
    func fuzz(_ seed: UInt64) throws {
        let good = Array(try Graph("sample", summary: "Everything", everything).fileText().utf8)
        let words = GraphFileDamageTests.words(of: good)
        var random = SeededRandom(seed)
        var refused = 0
        for _ in 0..<500 {
            let bytes = damaged(good, words, using: &random)
            do throws(GraphError) {
                let graph = try Graph(Data(bytes), file: "s.graph", kinds: GraphFileTests.kinds)
                // What was read must stand the checks too, whatever numbers and names are in it.
                _ = try graph.expand(sampleFiles)
            } catch {
                refused += 1
                guard case .problems(let problems) = error else {
                    Issue.record("not a list of problems: \(error)")
                    continue
                }
                #expect(!problems.isEmpty)
                for problem in problems {
                    #expect(!problem.message.contains { $0.isNewline }, "\(problem)")
                    #expect(problem.message.count < 2000)
                }
            }
        }
        #expect(refused > 400 && refused < 500)
    }

    /// Bytes as a fuzzer changes them: flipped, cut off, or with words of the text in each other's place.
    private func damaged(_ good: [UInt8], _ words: [Range<Int>], using random: inout SeededRandom) -> [UInt8] {
        var bytes = good
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            bytes.removeSubrange(Int.random(in: 0..<bytes.count, using: &random)...)
        case 1, 2:
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        case 3, 4:
            // A word in another's place leaves valid JSON more often than not.
            let source = words.randomElement(using: &random) ?? 0..<0
            let target = words.randomElement(using: &random) ?? 0..<0
            bytes.replaceSubrange(target, with: good[source])
        default:
            let wild = [
                "null", "true", "[]", "{}", "-1", "0", "2.5", "1e308", "-1e400", "9223372036854775807",
                "-9223372036854775808", "99999999999999999999", "\"\"", "\"x\"", "\"\\u0000\"",
                "{ \"parameter\": \"x\" }",
                "{ \"parameter\": \"step\" }", "[[[[[[]]]]]]", "1000000", "0.1",
            ]
            let target = words.randomElement(using: &random) ?? 0..<0
            bytes.replaceSubrange(target, with: Array((wild.randomElement(using: &random) ?? "").utf8))
        }
        return bytes
    }

    /// Where the texts and numbers of a JSON text stand.
    private static func words(of bytes: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            var end = start + 1
            if bytes[start] == UInt8(ascii: "\"") {
                while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
                    end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
                }
                end += 1
                words.append(start..<end)
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[start]) {
                while end < bytes.count, bytes[end] > 0x2D, bytes[end] < 0x3A { end += 1 }
                words.append(start..<end)
            }
            start = end
        }
        return words
    }
}
