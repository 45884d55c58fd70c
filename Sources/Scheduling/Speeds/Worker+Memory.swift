package import GraphModel
package import Networks

extension Worker {
    /// Bytes that the kernels of instances of these costs keep beside their outputs on this worker; what they share counts
    /// once.
    ///
    /// - Parameter automatic: What `auto` convolutions are.
    func scratchBytes(_ costs: [Cost], automatic: ConvolutionMethod) -> Int {
        var shared: [String: Int] = [:]
        var largestInference = 0
        for cost in costs {
            shared.merge(cost.sharedBytes) { max($0, $1) }
            guard let inference = cost.inference[automatic] else { continue }
            shared[inference.weights] = inference.memory.weights
            // The networks of a worker run one after another, on memory for the largest of them.
            largestInference = max(largestInference, inference.memory.bytes(scratch: scratch))
        }
        return shared.values.reduce(largestInference, +) + costs.reduce(0) { $0 + $1.scratchBytes }
    }
}

extension Expansion {
    /// The convolutions whose scratch memory a plan must know, by either method that it may choose.
    package var convolutions: Set<ConvolutionShape> { instances.map(\.cost).convolutions }
}

extension [Cost] {
    /// The convolutions whose scratch memory must be known, by either method that a plan may choose.
    package var convolutions: Set<ConvolutionShape> {
        var needs: Set<Cost.Inference> = []
        for cost in self { needs.formUnion(cost.inference.values) }
        return needs.reduce(into: []) { $0.formUnion($1.memory.convolutions) }
    }
}
