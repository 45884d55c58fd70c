/// Why a run ended.
public enum Ending: Equatable, Sendable {
    /// It has computed all iterations.
    case iterations
    /// Somebody stopped it.
    case interrupted
    /// Its stop rule held after this iteration; one more was computed.
    case converged(after: Int)
    case diverged(Divergence)
}

/// How a run ended, and after which iteration its values are what they are.
package struct Conclusion: Equatable, Sendable {
    package let ending: Ending
    /// The iteration that the values are from: the last, or the one that a run went back to.
    package let iteration: Int
    /// What a run that goes on from there has to know of those before it.
    package let history: ConvergenceHistory?

    /// - Parameters:
    ///   - last: The last iteration that all workers have computed.
    ///   - planned: The last one that they would have.
    ///   - wasStopped: Whether somebody asked for an end.
    init(_ monitor: ConvergenceMonitor?, last: Int, planned: Int, wasStopped: Bool) {
        switch monitor?.verdict ?? .goOn {
        case .diverged(let divergence):
            ending = .diverged(divergence)
            iteration = divergence.best ?? last
            history = divergence.best == nil ? monitor?.history : monitor?.historyAtBest
            return
        // One that was stopped right there has an iteration left to its end.
        case .converged(let after) where last > after || last == planned: ending = .converged(after: after)
        case .converged, .goOn: ending = wasStopped && last < planned ? .interrupted : .iterations
        }
        iteration = last
        history = monitor?.history
    }
}
