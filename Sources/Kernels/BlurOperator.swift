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
    /// Its values, `1 × 1 × H × W`.
    func tensor(_ context: KernelContext) throws -> Tensor {
        switch self {
        case .gaussian(let sigma, let angle):
            return try gaussianBlurKernel(sigma: (sigma[0], sigma[1]), angle: angle)
        case .file(let path):
            let file = instancePath(path.value, axis: context.node.axis?.name, index: context.node.index)
            let kernel = try context.files.tensor(file)
            return kernel.reshaped(Shape([1, 1] + kernel.shape.trailing(2)))
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
