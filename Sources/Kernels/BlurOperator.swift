internal import GraphModel
internal import Imaging
internal import Tensors

extension Blur: ImplementedMap {
    func makeOperator(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        let kernel = try context.node.own(kernels, "kernels").tensor(context)
        return try PaddedBlur(kernel: kernel, shape: domain.shape, padding: padding.border, threads: context.threads)
    }
}

extension BlurKernel {
    /// Its values, `n × c × H × W`.
    func tensor(_ context: KernelContext) throws -> Tensor {
        switch self {
        case .gaussian(let sigma, let angle):
            return try gaussianBlurKernel(sigma: (sigma[0], sigma[1]), angle: angle)
        case .file(let path):
            let file = instancePath(path.value, axis: context.node.axis?.name, index: context.node.index)
            let kernel = try context.files.tensor(file)
            let shape = try shape(context.node)
            guard kernel.shape.count == shape.count else {
                throw KernelError.file("\(file): it is \(kernel.type) now, but was \(shape) when the run was planned")
            }
            return kernel.reshaped(shape)
        }
    }
}

extension Blur.Padding {
    /// The same under the name that the operators use.
    var border: BorderPadding {
        switch self {
        case .circular: .circular
        case .valid: .valid
        case .reflect: .reflect
        case .replicate: .replicate
        case .constant: .constant
        }
    }
}
