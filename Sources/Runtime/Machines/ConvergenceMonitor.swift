package import GraphModel

/// Tells from what each iteration leaves whether a run has converged or diverges.
///
/// It knows what all workers have reported of an iteration, and nothing else, so that it says the same wherever and however
/// the run is computed. All that it compares are ratios: it works for values of any scale.
package struct ConvergenceMonitor: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        case goOn
        /// The stop rule holds since this iteration. One more is computed: some worker may be at it.
        case converged(after: Int)
        /// One more iteration is computed, likewise, before the run goes back to its best.
        case diverged(Divergence)
    }

    /// How far above the values before an iteration's may be. From one half of a run to the next they grow by 4 where they
    /// grow with the square of iterations, as in accelerated methods; the numbers compared are up to two halves apart.
    private static let largestGrowth: Float = 1000
    /// How far above them they may be where for so many iterations each has changed more than there was after it: what is
    /// beyond the largest step that converges swings to and fro like that, ever further.
    private static let largestSwing: Float = 2
    private static let swings = 10
    /// How far above its least the change of an iteration may stay. Of maps that bring no two values further apart, as a
    /// gradient step and a proximal operator are, it never rises.
    private static let largestRise = 2.0
    /// For so many iterations a rise must last to be none of the swings that first iterations and momentum bring along, or
    /// for as many as it took to the least, where these are more.
    private static let shortestRise = 10
    private static let longestRise = 200
    /// Where the least is among so many first iterations, momentum may only be building up, and changes grow with the number
    /// of iterations.
    private static let longestStart = 30
    private static let window = 5
    /// A relative change so small is rest, as is another residual by so much smaller than its largest.
    private static let rest: Float = 1e-4

    package let rule: ConvergenceRule?
    package private(set) var history: ConvergenceHistory
    package private(set) var verdict = Verdict.goOn
    /// The iteration of this run with the least residual, and what was known after it; `nil` where none is better than
    /// what the run began with.
    package private(set) var best: Int?
    package private(set) var historyAtBest: ConvergenceHistory?
    private var bestResidual: Float

    /// - Parameters:
    ///   - rule: `nil` where a graph has none: then only values that grow without bound end its run.
    ///   - first: The iteration that the run goes on from; 0 at the start.
    ///   - history: What was known after it.
    package init(_ rule: ConvergenceRule?, after first: Int = 0, history: ConvergenceHistory? = nil) {
        self.rule = rule
        self.history = history ?? ConvergenceHistory()
        bestResidual = history?.residuals.last ?? .infinity
        if let rule, rule.stop.isMet(by: self.history.residuals) { verdict = .converged(after: first) }
    }

    /// Takes what is known of an iteration; they come in order.
    ///
    /// - Parameters:
    ///   - metrics: By instance, as workers report them.
    ///   - magnitude: The largest magnitude in all states after the iteration; NaN where one of them is.
    package mutating func take(_ iteration: Int, _ metrics: [ValueID: Float], magnitude: Float) -> Verdict {
        if case .diverged = verdict { return verdict }
        let residual = rule.flatMap { $0.residual(metrics) }
        if let sign = sign(of: residual, magnitude, at: iteration) {
            verdict = .diverged(Divergence(iteration: iteration, sign: sign, best: best))
            return verdict
        }
        if let residual, residual < bestResidual {
            (best, bestResidual) = (iteration, residual)
            historyAtBest = history
        }
        if verdict == .goOn, let rule, rule.stop.isMet(by: history.residuals) { verdict = .converged(after: iteration) }
        return verdict
    }

    /// Notes an iteration; what shows that the run diverges, if anything.
    private mutating func sign(of residual: Float?, _ magnitude: Float, at iteration: Int) -> Divergence.Sign? {
        guard magnitude.isFinite else { return .notFinite }
        if let residual, residual.isNaN { return .notANumber }
        let before = history.note(magnitude, at: iteration)
        if let before, magnitude >= ConvergenceMonitor.largestGrowth * before.value {
            return .values(from: before, to: magnitude)
        }
        guard let rule, let residual else { return nil }
        // From something to zero the relative change is infinite, and that once is no harm.
        let finite = min(residual, .greatestFiniteMagnitude)
        history.note(
            residual: finite, at: iteration, keeping: max(rule.stop.count.value + 1, ConvergenceMonitor.swings))
        if rule.isRelative, let before, magnitude >= ConvergenceMonitor.largestSwing * before.value,
            let level = history.level(over: ConvergenceMonitor.swings), level >= 1
        {
            return .values(from: before, to: magnitude)
        }
        let change = rule.isRelative ? Double(finite) * Double(magnitude) : Double(finite)
        guard let rise = history.note(change: change, at: iteration, window: ConvergenceMonitor.window),
            isTooMuch(rise, rule)
        else { return nil }
        return .residual(from: rise.least, to: finite)
    }

    private func isTooMuch(_ rise: ConvergenceHistory.Rise, _ rule: ConvergenceRule) -> Bool {
        let needed = min(
            max(rise.iterationsToLeast, ConvergenceMonitor.shortestRise), ConvergenceMonitor.longestRise)
        guard rise.iterations >= needed, let level = history.level(over: ConvergenceMonitor.window) else {
            return false
        }
        let start = Double(rise.iterationsToLeast)
        let growth =
            rise.iterationsToLeast < ConvergenceMonitor.longestStart
            ? (start + Double(rise.iterations)) / max(start, 1) : 1
        let rest = ConvergenceMonitor.rest * (rule.isRelative ? 1 : history.largestResidual)
        return rise.factor >= ConvergenceMonitor.largestRise * growth
            && level >= 2 * max(rest, Float(rule.stop.below.value))
    }
}

/// That a run diverges: where it showed, by what, and what is left.
public struct Divergence: Equatable, Sendable {
    package enum Sign: Equatable, Sendable {
        /// A state holds NaN or infinity.
        case notFinite
        /// The metric of the stop rule is NaN.
        case notANumber
        /// The largest magnitude in the states has grown without bound.
        case values(from: ConvergenceHistory.Mark, to: Float)
        /// The metric of the stop rule has grown steadily far above its least.
        case residual(from: ConvergenceHistory.Mark, to: Float)
    }

    /// The iteration after which it showed.
    public let iteration: Int
    package let sign: Sign
    /// The iteration of the run with the least residual, which it goes back to; `nil` where nothing is kept.
    public let best: Int?

    package init(iteration: Int, sign: Sign, best: Int?) {
        self.iteration = iteration
        self.sign = sign
        self.best = best
    }
}

/// A graph's stop rule, as the metrics of its runs have it.
package struct ConvergenceRule: Equatable, Sendable {
    /// Ids of the metric's instances; the largest counts.
    let metrics: [ValueID]
    package let stop: StopRule
    /// Whether the metric is the relative change of a value.
    let isRelative: Bool

    package init(_ stop: StopRule, metrics: [ValueID], isRelative: Bool) {
        self.stop = stop
        self.metrics = metrics
        self.isRelative = isRelative
    }

    /// The rule of an expanded graph; `nil` where it has none.
    package init?(_ expansion: Expansion) {
        guard let stop = expansion.graph.stop, let first = expansion.instances(of: stop.metric).first else {
            return nil
        }
        var isRelative = false
        if case .compute(let kind, _, _) = first.content { isRelative = kind.traits.contains(.tellsRelativeChange) }
        self.init(stop, metrics: expansion.instances(of: stop.metric).map(\.id), isRelative: isRelative)
    }

    /// What it looks at, out of the metrics of an iteration; NaN where one of them is.
    package func residual(_ values: [ValueID: Float]) -> Float? {
        metrics.compactMap { values[$0] }.reduce(nil) { largest($0, $1) }
    }
}

extension StopRule {
    /// Whether the latest residuals are all below the threshold.
    func isMet(by residuals: some BidirectionalCollection<Float>) -> Bool {
        residuals.count >= count.value && residuals.suffix(count.value).allSatisfy { $0 < Float(below.value) }
    }
}

/// The larger of two numbers; NaN where one of them is.
func largest(_ a: Float?, _ b: Float) -> Float {
    guard let a else { return b }
    return a.isNaN || b.isNaN ? .nan : max(a, b)
}
