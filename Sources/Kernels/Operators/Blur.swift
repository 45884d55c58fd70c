public import GraphModel
public import Imaging
public import Tensors

/// Convolution of every channel with a kernel, or with its own (deepinv's `Blur`: a true convolution, the kernel is flipped;
/// the centre of an even side is `k / 2`).
public struct Blur: Operator {
    /// What lies beyond the border of an image.
    public typealias Padding = BorderPadding

    public static let name = "blur"

    /// One kernel for all instances, or one each.
    public let kernels: [BlurKernel]
    /// What lies beyond the border of an image.
    public let padding: Padding

    /// A blur by one kernel for all instances, or one for each.
    public init(_ kernels: [BlurKernel], padding: Padding = .circular) {
        self.kernels = kernels
        self.padding = padding
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        let kernel = try context.own(kernels, "kernels")
        let range = try padding.blurred(domain, by: kernel.sides(context))
        try kernel.check(on: domain, context)
        return range
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        let kernel = try context.own(kernels, "kernels")
        let domain = try padding.image(blurredTo: range, by: kernel.sides(context))
        try kernel.check(on: domain, context)
        return domain
    }

    /// 1 for Gaussians where the padding allows it; of a kernel from a file neither sign nor sum is known.
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        guard case .gaussian? = try? context.own(kernels, "kernels") else { return OperatorTraits() }
        return OperatorTraits(squaredNormBound: padding.squaredNormOfMeans)
    }

    public var hasCircularNormal: Bool { padding == .circular }

    public func normalPointSpreadExtent(_ context: NodeContext) -> PointSpreadExtent? {
        guard padding == .circular, let shape = try? context.own(kernels, "kernels").shape(context) else { return nil }
        return PointSpreadExtent(
            sides: shape.trailing(2).map { 2 * $0 - 1 }, planes: Array(shape.dimensions.prefix(2)))
    }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        try padding.cost(of: domain, by: context.own(kernels, "kernels"), context)
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        let kernel = try context.node.own(kernels, "kernels").tensor(context)
        let real = try PaddedBlur(kernel: kernel, shape: domain.shape, padding: padding, threads: context.threads)
        return domain.element == .float32 ? real : ComplexParts(real)
    }

    public func makeNormalPointSpread(_ type: TensorType, _ context: KernelContext) throws -> Tensor {
        let kernel = try context.node.own(kernels, "kernels").tensor(context)
        return try pointSpreadFunctions(of: kernel, shape: type.shape)
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? {
        (try? context.own(kernels, "kernels"))?.valueRemark(context)
    }

    public var label: String {
        switch kernels.first {
        case .gaussian where kernels.count == 1: "Gaussian blur, \(padding.rawValue)"
        case .gaussian: "\(kernels.count) blurs, \(padding.rawValue)"
        case .file(let path): "\(path.value), \(padding.rawValue)"
        case nil: ""
        }
    }
}
