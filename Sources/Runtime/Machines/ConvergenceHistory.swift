package import GraphModel

/// What a ``ConvergenceMonitor`` remembers of the iterations it was told of: little, however many they were, so that a
/// checkpoint holds it and a run that goes on ends where it would have without a stop.
package struct ConvergenceHistory: Codable, Equatable, Sendable {
    /// A number and the iteration that it is from.
    package struct Mark: Codable, Equatable, Sendable {
        package let value: Float
        package let iteration: Int

        package init(_ value: Float, at iteration: Int) {
            self.value = value
            self.iteration = iteration
        }
    }

    /// Iterations that it was told of.
    private(set) var count = 0
    /// The latest residuals, the last of them that of the last iteration.
    package private(set) var residuals: [Float] = []
    private(set) var largestResidual: Float = 0

    /// The latest changes: of a relative change what it is relative to times it, of another residual that itself.
    private var changes: [Double] = []
    private var least: Double?
    /// The residual when the change was least, and how many iterations had been told of then.
    private var residualAtLeast: Mark?
    private var countAtLeast = 0
    /// The highest level of the change since then.
    private var highest = 0.0

    /// The largest magnitude so far; up to ``boundary`` / 2 iterations; and up to half as many, which later ones are held
    /// against.
    private var largestMagnitude: Mark?
    private var earlier: Mark?
    private var reference: Mark?
    private var boundary = 1

    package init() {}

    /// Whether a run has ended by the stop rule: it was met an iteration before the last.
    package func hasEnded(by stop: StopRule) -> Bool {
        !residuals.isEmpty && stop.isMet(by: residuals.dropLast())
    }

    /// Notes the magnitude of an iteration.
    ///
    /// - Returns: the largest of the first quarter to half of the iterations before it, if it was above zero.
    mutating func note(_ magnitude: Float, at iteration: Int) -> Mark? {
        count += 1
        let before = reference
        if magnitude > largestMagnitude?.value ?? 0 { largestMagnitude = Mark(magnitude, at: iteration) }
        if count == boundary {
            (reference, earlier) = (earlier, largestMagnitude)
            boundary *= 2
        }
        return before
    }

    /// Notes the residual of an iteration whose magnitude was noted.
    ///
    /// - Parameter length: How many residuals are remembered.
    mutating func note(residual: Float, at iteration: Int, keeping length: Int) {
        residuals = residuals.suffix(length - 1) + [residual]
        largestResidual = max(largestResidual, residual)
    }

    /// What the latest residuals have not been below; `nil` where there are not so many.
    func level(over window: Int) -> Float? {
        residuals.count >= window ? residuals.suffix(window).min() : nil
    }

    /// A change that is higher than at any time since its least.
    struct Rise {
        /// The residual when the change was least.
        let least: Mark
        let iterationsToLeast: Int
        /// Iterations since the least.
        let iterations: Int
        /// How many times the least the change has not been below for a while.
        let factor: Double
    }

    /// Notes the change of an iteration whose residual was noted.
    ///
    /// - Parameter window: Iterations whose least change is its level.
    mutating func note(change: Double, at iteration: Int, window: Int) -> Rise? {
        changes = changes.suffix(window - 1) + [change]
        // Values that stay at zero for a while, or a residual below it, are nothing that later ones can be held against.
        guard change > 0 else { return nil }
        guard let least, let residualAtLeast, change >= least else {
            least = change
            residualAtLeast = residuals.last.map { Mark($0, at: iteration) }
            countAtLeast = count
            highest = 0
            return nil
        }
        guard let level = changes.min(), level > highest else { return nil }
        highest = level
        return Rise(
            least: residualAtLeast, iterationsToLeast: countAtLeast, iterations: count - countAtLeast,
            factor: level / least)
    }
}
