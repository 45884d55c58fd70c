internal import GraphModel
internal import Kernels
internal import Networks
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// By which of oneDNN's implementations the convolutions of a plan are computed on this machine; it asks the library, and
/// reads and computes nothing.
struct ConvolutionSurvey {
    /// For every worker, for every file of weights, the implementations and how many layers each computes.
    let implementations: [[String: [String: Int]]]

    /// - Throws: ``Failure`` where the library has nothing but a reference loop for a layer, naming worker and instance.
    init(_ plan: Plan, files: GraphFiles) throws {
        let catalog = Tool.configuration.kernels
        implementations = try plan.workers.map { own in
            let shared = SharedResources()
            for instance in own.instances {
                let context = KernelContext(
                    node: instance.context, output: instance.type, threads: own.worker.threads,
                    automaticConvolutions: own.automaticConvolutions, files: files, shared: shared)
                do {
                    try catalog.noteImplementations(instance.kind, context)
                } catch {
                    throw Failure.usage("\(own.worker.name): '\(instance.id)': \(SystemReason.of(error))")
                }
            }
            return shared.implementations
        }
    }

    /// A line for every file of weights.
    var lines: [String] {
        let files = Set(implementations.flatMap(\.keys)).sorted()
        return files.map { file in
            // Workers differ only where their tiles differ in size: the largest count tells enough.
            var layers: [String: Int] = [:]
            for worker in implementations { layers.merge(worker[file] ?? [:]) { max($0, $1) } }
            let counts = layers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) by \($0.key)" }
            return "\(file): layers computed \(counts.joined(separator: ", "))"
        }
    }
}
