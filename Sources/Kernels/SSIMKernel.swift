internal import GraphModel
internal import Imaging
internal import Tensors

final class SSIMKernel: Kernel {
    init(_ kind: SSIM, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        // The kind refuses images that have no similarity.
        output.floats[0] = Metrics.ssim(inputs[0], reference: inputs[1]).map { Float($0) } ?? .nan
    }
}
