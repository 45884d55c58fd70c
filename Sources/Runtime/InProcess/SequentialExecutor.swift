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
    package func run() throws -> [ValueID: Tensor] {
        try concludedRun().values
    }

    /// The values, and how the run ended.
    ///
    /// - Throws: what a kernel throws.
    package func concludedRun() throws -> (values: [ValueID: Tensor], conclusion: Conclusion) {
        let shared = SharedResources()
        var kernels: [ValueID: any Kernel] = [:]
        for instance in expansion.instances {
            guard case .compute(let kind, _, let node) = instance.content else { continue }
            kernels[instance.id] = try catalog.makeKernel(
                kind,
                KernelContext(
                    node: node, output: instance.type, threads: threads, automaticConvolutions: automaticConvolutions,
                    files: files, shared: shared))
        }
        var values: [ValueID: Tensor] = [:]
        try compute(.setup, iteration: 0, kernels, &values)
        for instance in expansion.instances {
            guard case .state(let initial, _) = instance.content else { continue }
            values[instance.id] = values[initial]
        }
        var monitor = ConvergenceMonitor(ConvergenceRule(expansion))
        var last = expansion.iterations
        var iteration = 0
        /// What the best iteration began with.
        var best: [ValueID: Tensor] = [:]
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
    private func iterate(_ iteration: Int, _ kernels: [ValueID: any Kernel], _ values: inout [ValueID: Tensor]) throws {
        try compute(.body, iteration: iteration, kernels, &values)
        let before = values
        for instance in expansion.instances {
            guard case .state(_, let next) = instance.content else { continue }
            values[instance.id] = before[next]
        }
    }

    private func metrics(_ values: [ValueID: Tensor]) -> [ValueID: Float] {
        var metrics: [ValueID: Float] = [:]
        for id in expansion.metrics { metrics[id] = values[id]?.values.first }
        return metrics
    }

    private func magnitude(_ values: [ValueID: Tensor]) -> Float {
        expansion.instances.reduce(0) { sofar, instance in
            guard instance.isState, let state = values[instance.id] else { return sofar }
            return largest(sofar, state.withView { largestMagnitude($0.floats) })
        }
    }

    private func compute(
        _ phase: Phase, iteration: Int, _ kernels: [ValueID: any Kernel], _ values: inout [ValueID: Tensor]
    ) throws {
        for instance in expansion.instances where instance.phase == phase {
            guard case .compute(_, let inputs, _) = instance.content, let kernel = kernels[instance.id] else {
                continue
            }
            let read = inputs.map { $0.compactMap { values[$0] } }
            values[instance.id] = try SequentialExecutor.run(kernel, read, instance.type, iteration)
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
