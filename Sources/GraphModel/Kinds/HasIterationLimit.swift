/// What yields values for so many iterations only, as a schedule does that is a list; a loop that is longer is refused.
public protocol HasIterationLimit {
    /// For how many iterations it has values; `nil` for any number of them.
    var iterationLimit: Int? { get }
}

extension HasIterationLimit {
    /// What is wrong with it in a loop of so many iterations.
    func problem(inLoopOf iterations: Setting<Int>) -> String? {
        guard let limit = iterationLimit, limit < iterations.value else { return nil }
        let remedy = iterations.parameter.map { "--set \($0)=\(limit)" } ?? "loop \(limit) times"
        return "it has values for \(limit) iteration\(limit == 1 ? "" : "s"), and the loop has \(iterations.value); "
            + "give it more, or \(remedy)"
    }
}
