internal import GraphModel
internal import Imaging
internal import Tensors

/// A measurement operator whose point spread function can be computed here.
protocol ImplementedShiftInvariantMap: ShiftInvariantMap {
    /// The point spread function of `A^H A` for one instance: `type`, `… × rows × columns`.
    func makePointSpread(_ type: TensorType, _ context: KernelContext) throws -> Tensor
}

final class PointSpreadKernel<Map: ImplementedShiftInvariantMap>: Kernel {
    private let function: Tensor

    init(_ kind: PointSpread<Map>, _ context: KernelContext) throws {
        function = try kind.operator.makePointSpread(context.output, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        function.withView { output.copy(from: $0) }
    }
}

final class NormalGradientKernel: Kernel {
    private let normal: CircularNormal
    private let weight: Double

    init(_ kind: NormalGradient, _ context: KernelContext) throws {
        normal = try CircularNormal(
            pointSpread: context.node.type(1).shape, shape: context.output.shape, threads: context.threads)
        weight = 1 / (kind.sigma.value * kind.sigma.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        try normal.use(pointSpread: inputs[1], scaledBy: weight)
        normal.gradient(inputs[0], backprojection: inputs[2], times: Float(weight), into: output)
    }
}

extension Blur: ImplementedShiftInvariantMap {
    func makePointSpread(_ type: TensorType, _ context: KernelContext) throws -> Tensor {
        let kernel = try context.node.own(kernels, "kernels").tensor(context)
        return try pointSpreadFunctions(of: kernel, shape: type.shape)
    }
}
