internal import GraphModel
public import Tensors

/// What a run from Swift yields.
public struct Reconstruction: Sendable {
    /// For every output of the graph the values of its instances, in order.
    public let outputs: [String: [Tensor]]
    /// Every iteration with its metrics.
    public let records: [IterationRecord]
    /// Why it ended.
    public let ending: Ending
    /// The iteration that the values are from: the last or, of a run that diverged, the best.
    public let iterations: Int

    /// The value of an output; of one over an axis the first.
    public subscript(_ output: String) -> Tensor? { outputs[output]?.first }
}

extension Reconstruction {
    init(_ result: RunResult, _ expansion: Expansion) {
        outputs = expansion.graph.outputs.mapValues { node in
            expansion.instances(of: node).compactMap { result.kept[$0.id] }
        }
        records = result.records
        ending = result.conclusion.ending
        iterations = result.iterations
    }
}
