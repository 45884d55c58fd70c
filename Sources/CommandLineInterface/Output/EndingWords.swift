internal import GraphModel
internal import Runtime

/// Why a run ended, in words.
struct EndingWords {
    private let ending: Ending
    /// The iteration that the values are from.
    private let iteration: Int
    private let records: [IterationRecord]
    private let expansion: Expansion

    init(_ result: RunResult, _ expansion: Expansion) {
        ending = result.conclusion.ending
        iteration = result.iterations
        records = result.records
        self.expansion = expansion
    }

    /// Whether it ended as it was meant to.
    var isSuccess: Bool { reason == "iterations" || reason == "converged" }

    /// For scripts.
    var reason: String {
        switch ending {
        case .iterations: "iterations"
        case .interrupted: "interrupted"
        case .converged: "converged"
        case .diverged: "diverged"
        }
    }

    /// What `run.json` holds of it.
    var report: RunReport.Stopped {
        let (shown, best): (Int, Int?) =
            switch ending {
            case .iterations, .interrupted: (iteration, nil)
            // The rule was met a little before: iterations that had begun were computed to their end.
            case .converged: (iteration, nil)
            case .diverged(let divergence): (divergence.iteration, divergence.best)
            }
        return RunReport.Stopped(reason: reason, iteration: shown, bestIteration: best, message: divergence ?? line)
    }

    /// A line for the end of a run that did not diverge; `nil` where there is nothing to say.
    var line: String? {
        guard let stop = expansion.graph.stop else { return nil }
        switch ending {
        case .converged: return "converged after iteration \(iteration): \(stop.described(expansion.graph))"
        case .iterations:
            guard stop.below.value > 0,
                let residual = records.last.flatMap({ ConvergenceRule(expansion)?.residual($0.metrics) })
            else { return nil }
            return "not converged in \(counted(iteration, "iteration")): "
                + "\(expansion.graph.shown(metric: stop.metric)) \(brief(Double(residual))), "
                + "and not below \(brief(stop.below.value)) for \(counted(stop.count.value, "iteration"))"
        case .interrupted, .diverged: return nil
        }
    }

    /// That the run diverges, by what that shows and with which settings; `nil` where it does not.
    var divergence: String? {
        guard case .diverged(let divergence) = ending else { return nil }
        let settings = expansion.factors.settings
        let metric = expansion.graph.stop.map { expansion.graph.shown(metric: $0.metric) } ?? "metric"
        let sign =
            switch divergence.sign {
            case .notFinite: "iteration \(divergence.iteration) leaves values that are not finite"
            case .notANumber: "the \(metric) of iteration \(divergence.iteration) is no number"
            case .values(let from, let to): "values \(growth(from, to, divergence.iteration))"
            case .residual(let from, let to): "the \(metric) \(growth(from, to, divergence.iteration))"
            }
        return "the run diverges: \(sign)" + (settings.isEmpty ? "" : ", with \(settings)")
    }

    private func growth(_ from: ConvergenceHistory.Mark, _ value: Float, _ iteration: Int) -> String {
        "grew from \(brief(Double(from.value))) (iteration \(from.iteration)) to "
            + "\(brief(Double(value))) (iteration \(iteration))"
    }

    /// What there is in the folder of a run that diverged.
    ///
    /// - Parameter first: The iteration that the run went on from.
    func kept(in folder: String, after first: Int) -> String {
        guard case .diverged(let divergence) = ending else { return "" }
        if let best = divergence.best { return "the state of iteration \(best) is kept in \(folder)" }
        if first > 0 { return "the checkpoint of iteration \(first) in \(folder) is as it was" }
        return expansion.graph.stop == nil
            ? "no state is kept, as the graph has no stop rule to tell a good one by; see \(folder)/metrics.csv"
            : "no iteration left a state worth keeping"
    }

    /// What may help, where anything is known to.
    var remedy: String {
        let remedies = expansion.factors.remedies
        return remedies.isEmpty ? "" : "; give \(remedies)"
    }
}
