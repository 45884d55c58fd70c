import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Counter-based random values")
struct CounterRandomTests {
    /// Random123's known answers for philox4x32 with 10 rounds (its file kat_vectors).
    struct KnownAnswer: Sendable {
        let counter: SIMD4<UInt32>
        let key: SIMD2<UInt32>
        let words: SIMD4<UInt32>

        static let all = [
            KnownAnswer(
                counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
                words: SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
            KnownAnswer(
                counter: SIMD4(repeating: 0xFFFF_FFFF), key: SIMD2(repeating: 0xFFFF_FFFF),
                words: SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)),
            KnownAnswer(
                counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
                key: SIMD2(0xA409_3822, 0x299F_31D0),
                words: SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)),
        ]
    }

    @Test("Philox4x32-10 gives its published vectors", arguments: KnownAnswer.all)
    func knownAnswers(_ answer: KnownAnswer) {
        #expect(Philox.block(counter: answer.counter, key: answer.key) == answer.words)
    }

    /// From the FNV authors' test vectors.
    @Test(
        "names hash by FNV-1a",
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C),
            ("foobar", 0x8594_4171_F739_67E8),
        ] as [(String, UInt64)])
    func hash(name: String, expected: UInt64) {
        #expect(CounterRandom.hash(name) == expected)
    }

    @Test("have mean 0, variance 1, and the Gaussian's share within one and two widths")
    func moments() {
        let count = 1 << 20
        let values = gaussian(count, seed: 3).values.map(Double.init)
        let n = Double(count)
        let mean = values.reduce(0, +) / n
        let variance = values.reduce(0) { $0 + $1 * $1 } / n
        let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
        // Four standard deviations of each estimate.
        #expect(abs(mean) < 4 / n.squareRoot())
        #expect(abs(variance - 1) < 4 * (2 / n).squareRoot())
        #expect(abs(fourth - 3) < 4 * (96 / n).squareRoot())
        for (width, share) in [(1.0, 0.682_689), (2, 0.954_500)] {
            let found = Double(values.count { abs($0) < width }) / n
            #expect(abs(found - share) < 4 * (share * (1 - share) / n).squareRoot())
        }
        let neighbours = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / n
        #expect(abs(neighbours) < 4 / n.squareRoot())
    }

    @Test("depend on each of seed, node, instance and iteration, and on nothing else")
    func keys() {
        let all = [
            gaussian(100), gaussian(100, seed: 2), gaussian(100, seed: 1 << 40), gaussian(100, node: "b"),
            gaussian(100, instance: 1), gaussian(100, iteration: 1), gaussian(100, instance: -1),
        ]
        for (index, one) in all.enumerated() {
            for other in all[(index + 1)...] {
                #expect(zip(one.values, other.values).allSatisfy { $0 != $1 })
            }
        }
        #expect(gaussian(100) == gaussian(100))
    }

    @Test("an element's value does not depend on how many there are", arguments: [0, 1, 2, 3, 4, 5, 63])
    func prefix(count: Int) {
        #expect(gaussian(count).values == Array(gaussian(64).values.prefix(count)))
    }

    private func gaussian(
        _ count: Int, seed: UInt64 = 1, node: String = "a", instance: Int = 0, iteration: Int = 0
    ) -> Tensor {
        Tensor(TensorType([count])) { values in
            CounterRandom.gaussian(
                into: values, seed: seed, node: CounterRandom.hash(node), instance: instance, iteration: iteration)
        }
    }
}
