/// When a run has converged: a metric stays below a threshold for some iterations in a row.
///
/// A graph that has one also keeps the state after the iteration in which that metric was least, for the case that the
/// run diverges.
public struct StopRule: Hashable, Sendable {
    /// Id of the metric, of which less is better; over an axis its largest instance counts.
    public let metric: String
    /// The threshold; 0 for none, so that all iterations are computed.
    public let below: Setting<Double>
    /// Iterations in a row.
    public let count: Setting<Int>

    package let location: SourceLocation?

    package init(metric: String, below: Setting<Double>, count: Setting<Int>, location: SourceLocation? = nil) {
        self.metric = metric
        self.below = below
        self.count = count
        self.location = location
    }
}

extension StopRule {
    private static let possibleCounts = 1...1000

    /// What is wrong with it in `graph`, if anything.
    func problem(in graph: Graph, phases: [String: Phase]) -> String? {
        guard graph.metrics.contains(metric) else {
            return "the stop rule looks at '\(metric)', which is no metric; report it with 'metric(…)'"
        }
        guard phases[metric] == .body else {
            return "the stop rule looks at '\(metric)', which does not change from one iteration to the next; "
                + "let it look at one that does"
        }
        guard below.value.isFinite, below.value >= 0 else {
            return "the stop rule has the threshold \(plain(below.value)); it must be 0 or more"
        }
        guard StopRule.possibleCounts.contains(count.value) else {
            return "the stop rule counts \(count.value) iterations; it must count "
                + "\(StopRule.possibleCounts.lowerBound) to \(StopRule.possibleCounts.upperBound)"
        }
        return nil
    }

    /// What it waits for, in words: `residual below 0.0001 for 5 iterations`.
    package func described(_ graph: Graph) -> String {
        "\(graph.shown(metric: metric)) below \(brief(below.value)) for \(count.value) "
            + "iteration\(count.value == 1 ? "" : "s")"
    }
}

extension Graph {
    /// How messages call a metric: by what it is, or by its id.
    package func shown(metric: String) -> String {
        let node = nodes.first { $0.id == metric }
        if case .compute(let kind, _)? = node?.content, kind.traits.contains(.tellsRelativeChange) {
            return "relative change"
        }
        return "'\(metric)'"
    }

    /// The same graph with another threshold, in the parameter too that gives it.
    package func withTolerance(_ value: Double) -> Graph {
        guard let stop else { return self }
        var graph = self
        graph.stop = StopRule(
            metric: stop.metric, below: Setting(value, parameter: stop.below.parameter), count: stop.count,
            location: stop.location)
        graph.parameters = parameters.map { $0.name == stop.below.parameter ? $0.with(.number(value)) : $0 }
        return graph
    }
}
