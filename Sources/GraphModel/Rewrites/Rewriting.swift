/// Whether a graph is computed as it is written, or with less work.
public enum Rewriting: String, Codable, CaseIterable, Sendable {
    /// By every rewrite that applies.
    case all
    /// As it is written.
    case none
}

/// A change to a graph that leaves its values what they are, to rounding.
public struct Rewrite: Hashable, Sendable, CustomStringConvertible {
    public enum Rule: String, Hashable, Sendable {
        /// What depends on no state moves before the loop.
        case constants = "constants out of the loop"
        /// `Σ_i A_iᴴA_i` becomes one convolution.
        case spectra = "one spectrum"
        /// A value is cut before it is sent.
        case crops = "crops before transfers"
        /// Nodes that yield the same are computed once.
        case duplicates = "equal values once"
    }

    public let rule: Rule
    /// Id of the node that it is about.
    public let node: String
    /// What changes, in a few words.
    public let change: String

    package init(rule: Rule, node: String, change: String) {
        self.rule = rule
        self.node = node
        self.change = change
    }

    public var description: String { "\(rule.rawValue): '\(node)' \(change)" }
}

extension Expansion {
    /// The same values by less work, for so many workers: the rewritten graph, expanded.
    ///
    /// It keeps the states, metrics and outputs of the graph as it was declared, and its warnings. A pure function, so
    /// that the same bits come out wherever it is applied; what depends on the number of workers does not change bits.
    ///
    /// - Throws: ``GraphError/problems(_:)`` where the result is no sound graph, which would be a mistake of a rule.
    public func rewritten(
        _ rewriting: Rewriting, workers: Int, _ files: FileFacts
    ) throws(GraphError) -> Expansion {
        guard rewriting == .all else { return self }
        var draft = GraphDraft(graph)
        var rewrites = draft.moveConstantsOut(self)
        rewrites += draft.fuseSpectra()
        if workers > 1 { rewrites += draft.cropBeforeGathering(self) }
        rewrites += draft.mergeEqualNodes()
        let result = try draft.pruned().expand(files)
        return Expansion(
            graph: result.graph, axes: result.axes, instances: result.instances, warnings: warnings, factors: factors,
            declared: graph, rewriting: .all, rewrites: rewrites)
    }
}
