internal import GraphModel
internal import Imaging
internal import Networks
internal import TensorMath
internal import Tensors

/// A denoiser made ready for images of one shape.
private enum PreparedDenoiser {
    case totalVariation(TotalVariation, weight: Float)
    case network(NetworkDenoiser)

    /// Weights are read, and transforms of them made, once for all instances of a worker.
    init(_ denoiser: Denoiser, _ context: KernelContext) throws {
        let image = try context.node.type(0)
        switch try denoiser.method(for: image.shape, context.node.files) {
        case .totalVariation(let weight, let iterations):
            let solver = try context.shared.resource("\(image.shape) \(iterations)") {
                try TotalVariation(shape: image.shape, iterations: iterations, threads: context.threads)
            }
            self = .totalVariation(solver, weight: Float(weight))
        case .network(let network, let path):
            let method = denoiser.convolutions.value.method(automatic: context.automaticConvolutions)
            let batch = denoiser.batch.value
            // The kernels of a worker run one after another, and can all work on the same memory.
            let memory = context.shared.resource("inference") { InferenceMemory() }
            let shared = try context.shared.resource("\(path) \(method) \(batch)") {
                try NetworkDenoiser(
                    network: network, weights: context.files.weights(path), method: method, threads: context.threads,
                    largestBatch: batch, memory: memory)
            }
            context.shared.note(try shared.prepare(image.shape), of: DenoiserChoice.shown(path))
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
        context.shared.note(program.implementations, of: DenoiserChoice.shown(path))
    }
}

final class DenoiseKernel: NamesImplementations {
    private let denoiser: PreparedDenoiser
    private let sigma: Float

    init(_ kind: Denoise, _ context: KernelContext) throws {
        denoiser = try PreparedDenoiser(kind.denoiser, context)
        sigma = Float(kind.sigma.value)
    }

    static func noteImplementations(_ kind: Denoise, _ context: KernelContext) throws {
        try PreparedDenoiser.noteImplementations(kind.denoiser, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        switch denoiser {
        case .totalVariation(let solver, let weight):
            solver.denoise(inputs[0], threshold: weight * sigma, into: output)
        case .network(let network):
            try network.denoise(inputs[0], sigma: sigma, into: output)
        }
    }
}

final class DenoiseByMapKernel: NamesImplementations {
    private let denoiser: PreparedDenoiser

    init(_ kind: DenoiseByMap, _ context: KernelContext) throws {
        denoiser = try PreparedDenoiser(kind.denoiser, context)
    }

    static func noteImplementations(_ kind: DenoiseByMap, _ context: KernelContext) throws {
        try PreparedDenoiser.noteImplementations(kind.denoiser, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        guard case .network(let network) = denoiser else { return }  // Its shape rule admits networks only.
        try network.denoise(inputs[0], sigmaMap: inputs[1], into: output)
    }
}
