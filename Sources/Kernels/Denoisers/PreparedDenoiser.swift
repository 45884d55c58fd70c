internal import GraphModel
internal import Imaging
internal import Networks
internal import TensorMath
internal import Tensors

/// A denoiser made ready for images of one shape.
enum PreparedDenoiser {
    case totalVariation(TotalVariation, weight: Float)
    case network(NetworkDenoiser)

    /// Weights are read, and transforms of them made, once for all instances of a worker.
    init(_ denoiser: Denoiser, _ context: KernelContext) throws {
        let image = try context.node.type(0)
        switch try denoiser.method(for: image.shape, context.node.files) {
        case .totalVariation(let weight, let iterations):
            let solver = try context.shared.resource(
                denoiser.sharingKey(totalVariationOf: image.shape)
            ) {
                try TotalVariation(shape: image.shape, iterations: iterations, threads: context.threads)
            }
            self = .totalVariation(solver, weight: Float(weight))
        case .network(let network, let path):
            let method = denoiser.convolutions.value.method(automatic: context.automaticConvolutions)
            // The kernels of a worker run one after another, and can all work on the same memory.
            let memory = context.shared.resource("inference") { InferenceMemory() }
            let shared = try context.shared.resource(denoiser.sharingKey(weights: path, method)) {
                try NetworkDenoiser(
                    network: network, weights: context.files.weights(path), method: method, threads: context.threads,
                    largestBatch: denoiser.batch.value, memory: memory)
            }
            context.shared.note(try shared.prepare(image.shape), of: FileReference.shown(path))
            self = .network(shared)
        }
    }

    static func noteImplementations(_ denoiser: Denoiser, _ context: KernelContext) throws {
        let image = try context.node.type(0).shape
        guard case .network(let network, let path) = try denoiser.method(for: image, context.node.files) else { return }
        let batch = min(image[0], denoiser.batch.value)
        let method = denoiser.convolutions.value.method(automatic: context.automaticConvolutions)
        let program = try context.shared.resource("\(path) \(method) \(batch) \(image)") {
            try InferenceProgram(
                network, shape: [batch, image[1], image[2], image[3]], method: method, threads: context.threads)
        }
        context.shared.note(program.implementations, of: FileReference.shown(path))
    }
}
