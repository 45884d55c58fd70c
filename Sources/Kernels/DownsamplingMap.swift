internal import GraphModel
internal import Imaging
internal import Tensors

extension Downsampling: ImplementedMap {
    func makeOperator(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        try DownsamplingOperator(
            kernel: kernel(context), factor: factor, shape: domain.shape, padding: padding.border,
            threads: context.threads)
    }

    private func kernel(_ context: KernelContext) throws -> Tensor? {
        switch filter {
        case .none: nil
        case .gaussian: try DownsamplingFilter.gaussian.kernel(factor: factor)
        case .bilinear: try DownsamplingFilter.bilinear.kernel(factor: factor)
        case .bicubic: try DownsamplingFilter.bicubic.kernel(factor: factor)
        case .sinc: try DownsamplingFilter.sinc.kernel(factor: factor)
        case .kernel(let kernel): try kernel.tensor(context)
        }
    }
}
