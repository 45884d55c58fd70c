package import GraphModel
package import Kernels
package import Networks
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
        for iteration in 0..<expansion.iterations {
            try compute(.body, iteration: iteration + 1, kernels, &values)
            let before = values
            for (position, instance) in expansion.instances.enumerated() {
                guard case .state(_, let next) = instance.content else { continue }
                values[position] = before[next]
            }
        }
        try compute(.finish, iteration: expansion.iterations, kernels, &values)
        return values
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
