package import GraphModel
package import Networks

extension Worker {
    /// Bytes that the kernels of instances keep beside their outputs on this worker; what they share counts once.
    ///
    /// - Parameter automatic: What `auto` convolutions are.
    func scratchBytes(_ instances: [Instance], automatic: ConvolutionMethod) -> Int {
        var shared: [String: Int] = [:]
        var largestInference = 0
        for instance in instances {
            shared.merge(instance.cost.sharedBytes) { max($0, $1) }
            guard let inference = instance.cost.inference[automatic] else { continue }
            shared[inference.weights] = inference.memory.weights
            // The networks of a worker run one after another, on memory for the largest of them.
            largestInference = max(largestInference, inference.memory.bytes(scratch: scratch))
        }
        return shared.values.reduce(largestInference, +) + instances.reduce(0) { $0 + $1.cost.scratchBytes }
    }
}

extension Expansion {
    /// The convolutions whose scratch memory a plan must know, by either method that it may choose.
    package var convolutions: Set<ConvolutionShape> {
        var needs: Set<Cost.Inference> = []
        for instance in instances { needs.formUnion(instance.cost.inference.values) }
        return needs.reduce(into: []) { $0.formUnion($1.memory.convolutions) }
    }
}
