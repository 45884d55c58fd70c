import Benchmarks
import Testing

@Suite("samples, ratios and turns")
struct SamplesTests {
    @Test(
        "the median",
        arguments: [([], nil), ([3], 3), ([3, 1, 2], 2), ([4, 1, 3, 2], 2.5)] as [([Double], Double?)])
    func median(_ seconds: [Double], _ median: Double?) {
        #expect(Samples(seconds).median == median)
    }

    @Test("a ratio is of medians, with what the single times allow")
    func ratio() throws {
        let ratio = try #require(Ratio(Samples([8, 6, 9]), over: Samples([2, 1, 4])))
        #expect(ratio.median == 4 && ratio.lowest == 1.5 && ratio.highest == 9)
    }

    @Test("there is no ratio to what was not timed, or took no time")
    func noRatio() {
        #expect(Ratio(Samples([1]), over: Samples()) == nil)
        #expect(Ratio(Samples(), over: Samples([1])) == nil)
        #expect(Ratio(Samples([1]), over: Samples([0, 1])) == nil)
    }

    @Test("things take turns, each round from another on, and the first round is not counted")
    func turns() throws {
        var order = ""
        let samples = try alternate(rounds: 2, [{ order += "a" }, { order += "b" }])
        #expect(order == "abbaab")
        #expect(samples.map(\.seconds.count) == [2, 2])
    }
}

@Suite("requirements")
struct RequirementTests {
    @Test(
        "hold up to their bound and at it",
        arguments: [
            (.atLeast, 2.5, true), (.atLeast, 2.49, false), (.atMost, 2.5, true), (.atMost, 2.51, false),
            (.atMost, nil, nil),
        ] as [(Requirement.Bound, Double?, Bool?)])
    func holds(_ bound: Requirement.Bound, _ measured: Double?, _ holds: Bool?) {
        #expect(Requirement("a", bound, 2.5, "×", measured: measured).holds == holds)
    }
}
