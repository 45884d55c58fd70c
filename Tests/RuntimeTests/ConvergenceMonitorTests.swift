import Foundation
import GraphModel
import Kernels
import Runtime
import TestSupport
import Testing

@Suite("The convergence monitor")
struct ConvergenceMonitorTests {
    private func rule(below tolerance: Double = 0, for count: Int = 5, isRelative: Bool = true) throws
        -> ConvergenceRule
    {
        let graph = try Graph("sample", summary: "") { g in
            let x = g.state("x", initial: g.add("image", Load("image.npy")))
            let next = g.add("next", Scale(0.5), x)
            let residual = g.add("residual", RelativeChange(), x, next)
            g.next(x, next)
            g.metric(residual)
            g.stop(when: residual, below: Setting(tolerance), for: Setting(count))
            g.output("result", x)
        }
        return ConvergenceRule(try #require(graph.stop), metrics: ["residual"], isRelative: isRelative)
    }

    /// The monitor after a sequence, or where it said that the run ends, and in which iteration it did.
    private func watch(
        _ points: [Course.Point], _ rule: ConvergenceRule?, from monitor: ConvergenceMonitor? = nil,
        after first: Int = 0
    ) -> (monitor: ConvergenceMonitor, iteration: Int?) {
        var monitor = monitor ?? ConvergenceMonitor(rule)
        for (index, point) in points.enumerated() {
            let iteration = first + index + 1
            let verdict = monitor.take(iteration, ["residual": point.residual], magnitude: point.magnitude)
            if verdict != .goOn { return (monitor, iteration) }
        }
        return (monitor, nil)
    }

    private func divergence(_ points: [Course.Point], _ rule: ConvergenceRule?) -> Divergence? {
        guard case .diverged(let divergence) = watch(points, rule).monitor.verdict else { return nil }
        return divergence
    }

    // MARK: Converged

    @Test(
        "a run has converged once the residual was below the threshold so many times in a row",
        arguments: [
            ([0.5, 0.09, 0.09, 0.09, 0.01], 3, 4), ([0.5, 0.09, 0.09, 0.2, 0.09, 0.09, 0.09], 3, 7),
            ([0.09, 0.09], 3, nil), ([0.1, 0.1, 0.1, 0.1], 3, nil), ([0.01], 1, 1), ([0, 0, 0], 3, 3),
            ([0.2, .infinity, 0.05], 1, 3),
        ] as [([Float], Int, Int?)])
    func converged(_ residuals: [Float], _ count: Int, _ iteration: Int?) throws {
        let (monitor, found) = watch(Course("", residuals).points, try rule(below: 0.1, for: count))
        #expect(found == iteration)
        #expect(monitor.verdict == iteration.map { .converged(after: $0) } ?? .goOn)
    }

    @Test("0 is no threshold")
    func noThreshold() throws {
        #expect(watch(Course("", Array(repeating: 0, count: 100)).points, try rule(below: 0)).iteration == nil)
    }

    @Test("the iteration after it may still diverge")
    func last() throws {
        var (monitor, _) = watch(Course("", [0.01, 0.01]).points, try rule(below: 0.1, for: 2))
        #expect(monitor.verdict == .converged(after: 2))
        #expect(monitor.take(3, ["residual": .nan], magnitude: .nan) != .converged(after: 2))
        #expect(
            monitor.verdict == .diverged(Divergence(iteration: 3, sign: .notFinite, best: 1)))
    }

    @Test("of a metric over an axis the largest counts")
    func axis() throws {
        let own = try rule(below: 0.1, for: 1)
        let rule = ConvergenceRule(own.stop, metrics: ["r[0]", "r[1]"], isRelative: true)
        var monitor = ConvergenceMonitor(rule)
        #expect(monitor.take(1, ["r[0]": 0.01, "r[1]": 0.2], magnitude: 1) == .goOn)
        #expect(monitor.take(2, ["r[0]": 0.01, "r[1]": 0.05], magnitude: 1) == .converged(after: 2))
        #expect(
            monitor.take(3, ["r[0]": 0.01, "r[1]": .nan], magnitude: 1)
                == .diverged(Divergence(iteration: 3, sign: .notANumber, best: 2)))
    }

    // MARK: Diverged

    @Test("swings, momentum and slow growth are no divergence", arguments: Course.healthy)
    func healthy(_ sequence: Course) throws {
        #expect(divergence(sequence.points, try rule()) == nil)
        #expect(divergence(sequence.points, nil) == nil)
    }

    @Test(
        "a step beyond 2 / L shows within a few iterations, whatever the scale",
        arguments: [(5.0, 5), (2.0, 7), (1.0, 11), (0.72, 20)], [1, 1e-20, 1e20])
    func steps(_ sample: (step: Double, latest: Int), scale: Double) throws {
        let points = Course.descent("", step: sample.step, scale: scale, count: 200).points
        let found = try #require(divergence(points, try rule()))
        #expect(found.iteration <= sample.latest)
        guard case .values(let from, let to) = found.sign else {
            Issue.record("\(found)")
            return
        }
        #expect(to >= 2 * from.value && from.iteration < found.iteration)
        let residuals = points.prefix(found.iteration).map(\.residual)
        #expect(found.best.map { residuals[$0 - 1] } == residuals.min())
    }

    @Test("without a metric growth shows too, if later", arguments: [(5.0, 5), (2.0, 7), (0.72, 90)])
    func withoutMetric(step: Double, latest: Int) throws {
        let found = try #require(divergence(Course.descent("", step: step, count: 200).points, nil))
        #expect(found.iteration <= latest && found.best == nil)
    }

    @Test("NaN and infinity show at once", arguments: [Float.nan, .infinity], [1, 7])
    func notFinite(_ value: Float, iteration: Int) throws {
        var points = Course("", (1...20).map { 1 / Float($0) }).points
        points[iteration - 1] = Course.Point(residual: .nan, magnitude: value)
        let expected = Divergence(
            iteration: iteration, sign: .notFinite, best: iteration == 1 ? nil : iteration - 1)
        #expect(divergence(points, try rule()) == expected)
        points[iteration - 1] = Course.Point(residual: .nan, magnitude: 1)
        #expect(divergence(points, try rule())?.sign == .notANumber)
        #expect(divergence(points, nil) == nil)
    }

    @Test(
        "a mode that grows slowly shows long before values do", arguments: [1.005, 1.02, 1.1],
        [true, false])
    func slowMode(_ growth: Double, isRelative: Bool) throws {
        // What converges, and a part of it that grows from a thousandth.
        let sequence = Course("", 4000, from: [0, 1e-5]) { x, _, _ in [0.9 * x[0] + 0.1, growth * x[1]] }
        let found = try #require(divergence(sequence.points, try rule(isRelative: isRelative)))
        guard case .residual(let from, let to) = found.sign else {
            Issue.record("\(found)")
            return
        }
        #expect(found.best == from.iteration)
        #expect(to >= 2 * from.value)
        #expect(sequence.points[found.iteration - 1].magnitude <= 1.5)
    }

    // MARK: Going on

    @Test("one that goes on from a checkpoint ends where it would have", arguments: 1...8)
    func resumed(_ number: Int) throws {
        let (sequence, tolerance): (Course, Double) =
            switch number {
            case 1: (.descent("", step: 1 / 3.0), 1e-3)
            case 2: (.descent("", step: 0.66), 1e-3)
            case 3: (.descent("", step: 5), 0)
            case 4: (.descent("", step: 0.72), 0)
            case 5: (Course("", 2000, from: [0, 1e-5]) { x, _, _ in [0.9 * x[0] + 0.1, 1.02 * x[1]] }, 1e-4)
            case 6: (Course("", 300, from: [1]) { x, _, _ in x.map { $0 * 1.1 } }, 0)
            case 7: (Course("", [0.05, 0.2, 0.05, 0.05, 0.05, 0.01, 0.5]), 0.1)
            default: (Course("", [.infinity, 0.2, 0.05, 0.05, 0.05, 0.05, 0.05]), 0.1)
            }
        let rule = try rule(below: tolerance, for: 3)
        let (whole, end) = watch(sequence.points, rule)
        let iteration = try #require(end)
        var stops = [1, 2, iteration / 2, iteration - 1]
        stops.removeAll { !(1..<iteration).contains($0) }
        for stop in stops {
            let half = watch(Array(sequence.points.prefix(stop)), rule).monitor
            #expect(half.verdict == .goOn)
            let text = try JSONEncoder().encode(half.history)
            let history = try JSONDecoder().decode(ConvergenceHistory.self, from: text)
            #expect(history == half.history)
            let (rest, again) = watch(
                Array(sequence.points.dropFirst(stop)), rule,
                from: ConvergenceMonitor(rule, after: stop, history: history), after: stop)
            #expect(again == iteration, "stopped after \(stop)")
            #expect(rest.history == whole.history)
            // The state that it began with is the best, or one after it is.
            if case .diverged(let divergence) = rest.verdict, let best = divergence.best {
                #expect(best > stop)
                let later = sequence.points[(stop - 1)..<(iteration - 1)].map(\.residual)
                #expect(sequence.points[best - 1].residual == later.min())
            }
        }
        guard case .converged = whole.verdict else { return }
        // Right where it converged: an iteration is left. After that: none is.
        #expect(
            ConvergenceMonitor(rule, after: iteration, history: whole.history).verdict == .converged(after: iteration))
        #expect(!whole.history.hasEnded(by: rule.stop))
        var ended = whole
        _ = ended.take(iteration + 1, ["residual": sequence.points[iteration].residual], magnitude: 1)
        #expect(ended.history.hasEnded(by: rule.stop))
        // With a smaller threshold there is more to do.
        #expect(!ended.history.hasEnded(by: try self.rule(below: tolerance / 100, for: 3).stop))
    }
}
