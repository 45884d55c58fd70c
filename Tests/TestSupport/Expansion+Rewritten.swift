public import GraphModel
internal import Kernels

extension Expansion {
    /// The same by less work, by the rules that graphrun brings along.
    public func rewritten(
        _ rewriting: Rewriting, workers: Int, _ files: FileFacts
    ) throws(GraphError) -> Expansion {
        try rewritten(rewriting, workers: workers, files, rules: KernelCatalog.standard.rules)
    }
}
