internal import GraphModel
internal import Imaging
internal import TensorMath
internal import Tensors

final class SumKernel: Kernel {
    init(_ kind: Sum, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        TreeSum.sum(inputs.all(0), into: output)
    }
}

final class AddKernel: Kernel {
    init(_ kind: Add, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0])
        axpy(1, inputs[1], output)
    }
}

final class ScaleKernel: Kernel {
    private let factor: Float

    init(_ kind: Scale, _ context: KernelContext) {
        factor = Float(kind.factor.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0])
        scale(output, by: factor)
    }
}

final class ZerosKernel: Kernel {
    init(_ kind: Zeros, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.fill(0)
    }
}

final class DescendKernel: Kernel {
    private let step: Float

    init(_ kind: Descend, _ context: KernelContext) {
        step = Float(kind.step.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0])
        axpy(-step, inputs[1], output)
    }
}
