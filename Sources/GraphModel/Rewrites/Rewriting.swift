/// Whether a graph is computed as it is written, or with less work.
public enum Rewriting: String, Codable, CaseIterable, Sendable {
    /// By every rewrite that applies.
    case all
    /// As it is written.
    case none
}

/// A change to a graph that leaves its values what they are, to rounding.
public struct Rewrite: Hashable, Sendable, CustomStringConvertible {
    /// Name of the rule that made it.
    public let rule: String
    /// Id of the node that it is about.
    public let node: String
    /// What changes, in a few words.
    public let change: String

    public var description: String { "\(rule): '\(node)' \(change)" }
}

extension Expansion {
    /// Rounds of rewriting after which rules are taken to undo each other.
    private static let mostRounds = 100

    /// The same values by less work, for so many workers: the rewritten graph, expanded.
    ///
    /// Every rule is tried on every node, until none of them finds any more to do. The result keeps the states, metrics and
    /// outputs of the graph as it was declared, and its warnings. A pure function, so that the same bits come out wherever
    /// it is applied; what depends on the number of workers does not change bits.
    ///
    /// - Parameter rules: In the order in which they are tried.
    /// - Throws: ``GraphError/problems(_:)`` where the result is no sound graph, or none is ever reached, which would be
    ///   mistakes of a rule.
    public func rewritten(
        _ rewriting: Rewriting, workers: Int, _ files: FileFacts, rules: [any RewriteRule]
    ) throws(GraphError) -> Expansion {
        guard rewriting == .all else { return self }
        var current = self
        var rewrites: [Rewrite] = []
        for _ in 0..<Expansion.mostRounds {
            let draft = GraphDraft(current, workers: workers)
            let found = rules.flatMap { draft.apply($0) }
            rewrites += found
            // What nothing needs any more goes even where no rule applied.
            if !found.isEmpty || rewrites.isEmpty { current = try draft.pruned().expand(files) }
            if found.isEmpty { return current.standing(for: self, rewrites) }
        }
        throw .problems([
            GraphProblem(nil, "rewriting comes to no end; the last was: \(rewrites.last?.description ?? "")")
        ])
    }

    /// The same as what a declared graph became by some rewrites.
    private func standing(for declared: Expansion, _ rewrites: [Rewrite]) -> Expansion {
        Expansion(
            graph: graph, axes: axes, instances: instances, warnings: declared.warnings, factors: declared.factors,
            declared: declared.graph, rewriting: .all, rewrites: rewrites)
    }
}
