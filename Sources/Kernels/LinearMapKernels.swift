internal import GraphModel
internal import Imaging
internal import Tensors

/// A measurement operator whose numbers are known here.
protocol ImplementedMap: LinearMap {
    /// The operator of one instance on images of type `domain`.
    func makeOperator(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator
}

final class MeasureKernel<Map: ImplementedMap>: Kernel {
    private let map: any LinearOperator

    init(_ kind: Measure<Map>, _ context: KernelContext) throws {
        map = try kind.operator.makeOperator(context.node.type(0), context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        map.apply(inputs[0], into: output)
    }
}

final class AdjointKernel<Map: ImplementedMap>: Kernel {
    private let map: any LinearOperator

    init(_ kind: Adjoint<Map>, _ context: KernelContext) throws {
        map = try kind.operator.makeOperator(context.output, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        map.adjoint(inputs[0], into: output)
    }
}

final class DataGradientKernel<Map: ImplementedMap>: Kernel {
    private let fidelity: L2

    init(_ kind: DataGradient<Map>, _ context: KernelContext) throws {
        fidelity = try L2(kind.operator.makeOperator(context.node.type(0), context), sigma: kind.sigma.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        fidelity.gradient(inputs[0], inputs[1], into: output)
    }
}

extension KernelCatalog {
    /// The three kernels of a measurement operator.
    mutating func add<Map: ImplementedMap>(map: Map.Type) {
        add(MeasureKernel<Map>.self)
        add(AdjointKernel<Map>.self)
        add(DataGradientKernel<Map>.self)
    }
}
