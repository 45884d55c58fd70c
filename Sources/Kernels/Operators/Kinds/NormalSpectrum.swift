public import GraphModel
internal import Imaging
public import Tensors

/// The eigenvalues of `AᴴA` in the Fourier basis, where that is a circular convolution of images like the one it is given:
/// `H × (W / 2 + 1)` real numbers, 0 or more, or `n × c` times as many where channels or images have their own.
///
/// Summed over a stack they are those of `Σ_i A_iᴴA_i`, which ``SpectralSolve`` divides by.
public struct NormalSpectrum: NodeKind {
    public static let name = "normal-spectrum"
    public static let inputs = [Input("like")]

    public let `operator`: AnyOperator

    public init(_ map: any Operator) {
        self.operator = AnyOperator(map)
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        _ = try self.operator.range(of: image, context)
        guard let extent = self.operator.base.normalPointSpreadExtent(context) else {
            throw .rule(
                "its operator is no circular convolution, so its normal operator has no spectrum; use circular padding, or "
                    + "solve by conjugate gradients")
        }
        let (height, width) = (image.shape[image.shape.rank - 2], image.shape[image.shape.rank - 1])
        let planes = extent.planes == [1, 1] ? [] : extent.planes
        return TensorType(Shape(planes + [height, width / 2 + 1]))
    }

    /// It is computed when the kernel is made, in double precision; an instance copies it.
    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let bytes = try output(context).byteCount
        return Cost(bytes: 2 * Double(bytes), scratchBytes: 6 * bytes)
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? { self.operator.base.valueRemark(context) }
    public var label: String { self.operator.shown }
}

final class NormalSpectrumKernel: Kernel {
    private var spectrum: Tensor

    init(_ kind: NormalSpectrum, _ context: KernelContext) throws {
        guard let extent = kind.operator.base.normalPointSpreadExtent(context.node) else {
            throw KernelError.value("the operator has no point spread function")
        }
        let planes = extent.planes == [1, 1] ? [] : extent.planes
        let function = try kind.operator.base.makeNormalPointSpread(
            TensorType(Shape(planes + extent.sides)), context)
        let shape = try context.node.type(0).shape
        spectrum = Tensor(context.output)
        try spectrum.withMutableView { try CircularInverse.spectrum(of: function, shape: shape, into: $0) }
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        spectrum.withView { output.copy(from: $0) }
    }
}
