package import GraphModel
package import Kernels
package import Networks
internal import TensorMath
package import Tensors

/// The oracle: computes a graph instance by instance on one thread, without plan, buffers or transport, so that a run
/// of any plan can be held against it.
package struct SequentialExecutor {
    private let expansion: Expansion
    private let catalog: KernelCatalog
    private let files: GraphFiles
    private let threads: Int
    private let automaticConvolutions: ConvolutionMethod

    /// - Parameter automaticConvolutions: What convolutions are that the graph leaves to the plan.
    package init(
        _ expansion: Expansion, catalog: KernelCatalog, files: GraphFiles, threads: Int,
        automaticConvolutions: ConvolutionMethod = .direct
    ) {
        self.expansion = expansion
        self.catalog = catalog
        self.files = files
        self.threads = threads
        self.automaticConvolutions = automaticConvolutions
    }

    /// The values of all instances after the last iteration; of states what the next iteration would read.
    ///
    /// - Throws: what a kernel throws.
    package func run() throws -> [Int: Tensor] {
        try concludedRun().values
    }

    /// The values, and how the run ended.
    ///
    /// - Throws: what a kernel throws.
    package func concludedRun() throws -> (values: [Int: Tensor], conclusion: Conclusion) {
        let shared = SharedResources()
        var kernels: [Int: any Kernel] = [:]
        for (position, instance) in expansion.instances.enumerated() {
            guard case .compute(let kind, _, let node) = instance.content else { continue }
            kernels[position] = try catalog.makeKernel(
                kind,
                KernelContext(
                    node: node, output: instance.type, threads: threads, automaticConvolutions: automaticConvolutions,
                    files: files, shared: shared))
        }
        var values: [Int: Tensor] = [:]
        try compute(.setup, iteration: 0, kernels, &values)
        for (position, instance) in expansion.instances.enumerated() {
            guard case .state(let initial, _) = instance.content else { continue }
            values[position] = values[initial]
        }
        var monitor = ConvergenceMonitor(ConvergenceRule(expansion))
        var last = expansion.iterations
        var iteration = 0
        /// What the best iteration began with.
        var best: [Int: Tensor] = [:]
        while iteration < last {
            iteration += 1
            let before = values
            try iterate(iteration, kernels, &values)
            let verdict = monitor.take(iteration, metrics(values), magnitude: magnitude(values))
            if verdict != .goOn { last = min(last, iteration + 1) }
            if monitor.best == iteration { best = before }
        }
        let conclusion = Conclusion(monitor, last: iteration, planned: expansion.iterations, wasStopped: false)
        if conclusion.iteration < iteration {
            values = best
            try iterate(conclusion.iteration, kernels, &values)
        }
        try compute(.finish, iteration: conclusion.iteration, kernels, &values)
        return (values, conclusion)
    }

    /// The body, after which all states change at once.
    private func iterate(_ iteration: Int, _ kernels: [Int: any Kernel], _ values: inout [Int: Tensor]) throws {
        try compute(.body, iteration: iteration, kernels, &values)
        let before = values
        for (position, instance) in expansion.instances.enumerated() {
            guard case .state(_, let next) = instance.content else { continue }
            values[position] = before[next]
        }
    }

    private func metrics(_ values: [Int: Tensor]) -> [String: Float] {
        var metrics: [String: Float] = [:]
        for position in expansion.graph.metrics.flatMap({ Array(expansion.positions[$0] ?? 0..<0) }) {
            metrics[expansion.instances[position].id] = values[position]?.values.first
        }
        return metrics
    }

    private func magnitude(_ values: [Int: Tensor]) -> Float {
        expansion.instances.indices.reduce(0) { sofar, position in
            guard case .state = expansion.instances[position].content, let state = values[position] else {
                return sofar
            }
            return largest(sofar, state.withView { largestMagnitude($0.floats) })
        }
    }

    private func compute(
        _ phase: Phase, iteration: Int, _ kernels: [Int: any Kernel], _ values: inout [Int: Tensor]
    ) throws {
        for (position, instance) in expansion.instances.enumerated() where instance.phase == phase {
            guard case .compute(_, let inputs, _) = instance.content, let kernel = kernels[position] else { continue }
            let read = inputs.map { $0.compactMap { values[$0] } }
            values[position] = try SequentialExecutor.run(kernel, read, instance.type, iteration)
        }
    }

    private static func run(
        _ kernel: any Kernel, _ inputs: [[Tensor]], _ type: TensorType, _ iteration: Int
    ) throws -> Tensor {
        var output = Tensor(type)
        try withViews(Array(inputs.joined())) { flat in
            var rest = flat[...]
            let slots = inputs.map { input -> [TensorView] in
                defer { rest = rest.dropFirst(input.count) }
                return Array(rest.prefix(input.count))
            }
            try output.withMutableView { try kernel.run(KernelInputs(slots), into: $0, iteration: iteration) }
        }
        return output
    }

    /// Calls `body` with views of all tensors at once.
    private static func withViews(_ tensors: [Tensor], _ body: ([TensorView]) throws -> Void) throws {
        try body(tensors.map { $0.withView { $0 } })
        withExtendedLifetime(tensors) {}
    }
}
