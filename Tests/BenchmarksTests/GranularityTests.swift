import Benchmarks
import Testing

@Suite("the smallest worthwhile task")
struct GranularityTests {
    typealias Point = GranularityBenchmark.Point

    @Test("is where half of the time is spent on tasks")
    func between() throws {
        let points = [Point(task: 1, granularity: 4), Point(task: 4, granularity: 8), Point(task: 9, granularity: 10)]
        #expect(Point.metg(points) == 8)
        let metg = try #require(Point.metg([points[0], points[2]]))
        #expect(abs(metg - (4 + 6 * 0.25 / 0.65)) < 1e-12)
    }

    @Test("is the first where all are worthwhile, and none where the last is not")
    func ends() {
        #expect(Point.metg([Point(task: 3, granularity: 4), Point(task: 6, granularity: 7)]) == 4)
        #expect(Point.metg([Point(task: 3, granularity: 4), Point(task: 3, granularity: 7)]) == nil)
        #expect(Point.metg([]) == nil)
    }
}
