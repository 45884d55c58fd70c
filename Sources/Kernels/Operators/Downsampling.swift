public import GraphModel
public import Imaging
public import Tensors

/// A low-pass filter, then every `factor`-th pixel of every `factor`-th row (deepinv's `Downsampling`).
public struct Downsampling: Operator {
    /// What keeps frequencies out that the smaller image cannot hold.
    public enum Filter: Hashable, Sendable, Codable {
        /// Nothing: bare decimation.
        case none
        /// A Gaussian whose width is the factor.
        case gaussian
        /// The tent of bilinear interpolation.
        case bilinear
        /// The cubic of bicubic interpolation.
        case bicubic
        /// `sinc(x / factor)` under a Kaiser window.
        case sinc
        /// A kernel; it adds up to 1.
        case kernel(BlurKernel)
    }

    public static let name = "downsampling"

    /// What keeps frequencies out that the smaller image cannot hold.
    public let filter: Filter
    /// From 1 to 500.
    public let factor: Int
    /// What lies beyond the border of an image, for the filter.
    public let padding: Blur.Padding
    /// Height and width of the images, where a measurement alone must tell them (for ``Adjoint``); without it they are
    /// taken to be the measurement's times `factor`.
    public let imageSize: [Int]?

    /// A filter and a factor.
    public init(
        _ filter: Filter, factor: Int, padding: Blur.Padding = .circular, imageSize: [Int]? = nil
    ) {
        self.filter = filter
        self.factor = factor
        self.padding = padding
        self.imageSize = imageSize
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        let filtered = try padding.blurred(domain, by: filterSides(context))
        if case .kernel(let kernel) = filter { try kernel.check(on: domain, context) }
        if let imageSize, imageSize != domain.shape.trailing(2) {
            throw .rule("'imageSize' is \(imageSize), but the image is \(domain); leave it out or make them agree")
        }
        let sides = filtered.shape.trailing(2).map { ($0 - 1) / factor + 1 }
        return TensorType(filtered.shape.replacingTrailing(sides), filtered.element)
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        let kernel = try filterSides(context)
        guard range.shape.rank >= 2, range.shape.count > 0 else {
            throw .rule("downsampled images are … × H × W, not \(range)")
        }
        let domain: TensorType
        if let imageSize {
            guard imageSize.count == 2, imageSize.allSatisfy({ $0 > 0 }),
                let shape = Shape(validating: range.shape.dimensions.dropLast(2) + imageSize)
            else { throw .rule("'imageSize' is \(imageSize); give a height and a width above 0") }
            domain = TensorType(shape, range.element)
        } else {
            let sides = range.shape.trailing(2).map { $0.multipliedReportingOverflow(by: factor) }
            guard !sides.contains(where: \.overflow),
                let shape = Shape(validating: range.shape.dimensions.dropLast(2) + sides.map(\.partialValue))
            else { throw .rule("an image \(factor) times as large as \(range) is too large") }
            domain = try padding.image(blurredTo: TensorType(shape, range.element), by: kernel)
        }
        let found = try self.range(of: domain, context)
        guard found == range else {
            throw .rule(
                "an image of \(domain) is downsampled to \(found), not to \(range); mend 'imageSize' or 'factor'")
        }
        return domain
    }

    /// Rows and columns of the filter.
    private func filterSides(_ context: NodeContext) throws(GraphError) -> [Int] {
        guard (1...DownsamplingFilter.largestFactor).contains(factor) else {
            throw .rule("'factor' is \(factor); it must be from 1 to \(DownsamplingFilter.largestFactor)")
        }
        if case .kernel(let kernel) = filter { return try kernel.sides(context) }
        let side = filter.named?.side(factor: factor) ?? 1
        return [side, side]
    }

    /// Leaving pixels out makes no norm larger, so the filter's bound holds; of one that has negative entries, or comes
    /// from a file, none is known.
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        switch filter {
        case .none: OperatorTraits(squaredNormBound: 1)
        case .gaussian, .bilinear, .kernel(.gaussian): OperatorTraits(squaredNormBound: padding.squaredNormOfMeans)
        case .bicubic, .sinc, .kernel(.file): OperatorTraits()
        }
    }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        let sides = try filterSides(context)
        guard filter != .none else { return Cost(bytes: 2 * Double(domain.byteCount)) }
        var cost: Cost
        if case .kernel(let kernel) = filter {
            cost = try padding.cost(of: domain, by: kernel, context)
        } else {
            _ = try padding.blurred(domain, by: sides)
            // Those that have a name are products.
            let plan = try? BlurPlan(padding, image: domain.shape.trailing(2), kernel: sides, separable: true)
            cost = plan?.cost(of: domain) ?? Cost()
        }
        cost.bytes += 2 * Double(domain.byteCount)
        cost.scratchBytes += domain.byteCount
        return cost
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        let real = try DownsamplingOperator(
            kernel: kernel(context), factor: factor, shape: domain.shape, padding: padding, threads: context.threads)
        return domain.element == .float32 ? real : ComplexParts(real)
    }

    private func kernel(_ context: KernelContext) throws -> Tensor? {
        if case .kernel(let kernel) = filter { return try kernel.tensor(context) }
        return try filter.named?.kernel(factor: factor)
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? {
        guard case .kernel(let kernel) = filter else { return nil }
        return kernel.valueRemark(context)
    }

    public var label: String { "1 : \(factor), \(padding.rawValue)" }
}

extension Downsampling.Filter {
    /// The filter that has a name; `nil` for none, or a kernel.
    fileprivate var named: DownsamplingFilter? {
        switch self {
        case .gaussian: .gaussian
        case .bilinear: .bilinear
        case .bicubic: .bicubic
        case .sinc: .sinc
        case .none, .kernel: nil
        }
    }
}
