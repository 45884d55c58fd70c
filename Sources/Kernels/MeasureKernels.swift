internal import GraphModel
internal import Imaging
internal import TensorMath
internal import Tensors

final class PSNRKernel: Kernel {
    init(_ kind: PSNR, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.floats[0] = Float(Metrics.psnr(inputs[0], reference: inputs[1]))
    }
}

final class RelativeChangeKernel: Kernel {
    private var difference: Tensor

    init(_ kind: RelativeChange, _ context: KernelContext) throws {
        difference = Tensor(try context.node.type(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let change = difference.withMutableView { difference in
            difference.copy(from: inputs[1])
            axpy(-1, inputs[0], difference)
            return norm(difference.readOnly)
        }
        let size = norm(inputs[1])
        // From zero to zero nothing has changed.
        output.floats[0] = change == 0 ? 0 : Float(change / size)
    }
}
