public import Tensors

/// Convolution of every channel with a kernel, or with its own (deepinv's `Blur`: a true convolution, the kernel is flipped; the centre
/// of an even side is `k / 2`).
public struct Blur: LinearMap {
    public static let name = "blur"

    /// One kernel for all instances, or one each.
    public let kernels: [BlurKernel]
    public let padding: Padding

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
    public func squaredNormBound(_ context: NodeContext) -> Double? {
        guard case .gaussian? = try? context.own(kernels, "kernels") else { return nil }
        return padding.squaredNormOfMeans
    }

    public func cost(domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        let kernel = try context.own(kernels, "kernels")
        let shape = try kernel.shape(context)
        return padding.cost(
            of: domain, by: shape.trailing(2), kernels: shape[0] * shape[1], isProduct: kernel.isProduct)
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

extension Blur: ShiftInvariantMap {
    public func pointSpreadSides(_ context: NodeContext) throws(GraphError) -> [Int]? {
        guard padding == .circular else { return nil }
        return try context.own(kernels, "kernels").sides(context).map { 2 * $0 - 1 }
    }

    public func pointSpreadPlanes(_ context: NodeContext) throws(GraphError) -> [Int] {
        Array(try context.own(kernels, "kernels").shape(context).dimensions.prefix(2))
    }
}
