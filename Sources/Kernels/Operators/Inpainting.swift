public import GraphModel
public import Imaging
public import Tensors

/// Only some pixels of an image are known (deepinv's `Inpainting`): multiplication with a mask.
public struct Inpainting: Operator {
    /// Which pixels are known.
    public enum Mask: Hashable, Sendable, Codable {
        /// An array in a file, 1 where a value is known and 0 where not, of the image's shape; axes may have extent 1,
        /// and those in front may be missing. `{AXIS}` in its path stands for the instance's index.
        case file(path: Setting<String>)
        /// Each pixel with probability `keeping`, all its channels or, where not `pixelwise`, each for itself. Instances
        /// have masks of their own.
        case random(keeping: Double, pixelwise: Bool, seed: Setting<Int>)
    }

    public static let name = "inpainting"

    /// Which pixels are known.
    public let mask: Mask

    /// The operator of a mask.
    public init(_ mask: Mask) {
        self.mask = mask
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        guard domain.shape.rank >= 2, domain.shape.count > 0 else {
            throw .rule("inpainting needs images, … × H × W, not \(domain)")
        }
        switch mask {
        case .file(let path):
            let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
            let mask = try context.files.type(of: file)
            guard mask.element == .float32 else {
                throw .rule("\(file): its values are complex, and \(Inpainting.meaning); give it as real numbers")
            }
            guard InpaintingOperator.fits(mask, images: domain.shape) else {
                throw .rule("\(file): a mask of \(mask) does not fit an image of \(domain)")
            }
            if let values = context.files.contents(of: file)?.values { try check(values, file) }
        case .random(let share, _, let seed):
            guard (0...1).contains(share) else { throw .rule("'keeping' is \(share); it must be from 0 to 1") }
            guard seed.value >= 0 else { throw .rule("'seed' is \(seed.value); it must be 0 or more") }
        }
        return domain
    }

    /// What a mask holds, for messages.
    static let meaning = "a mask is 1 where a value is known and 0 where not"

    private func check(_ values: ValueSummary, _ file: String) throws(GraphError) {
        guard values.minimum != 0 || values.maximum != 0 else {
            throw .rule("\(file): this mask is 0 everywhere, so that nothing is known; give another")
        }
        guard values.minimum >= -10, values.maximum <= 10 else {
            throw .rule(
                "\(file): \(Inpainting.meaning), and its values go from \(values.extent); "
                    + "divide them by \(short(max(-values.minimum, values.maximum)))")
        }
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try self.range(of: range, context)
    }

    /// The square of a mask's largest entry, which is 1 of random ones.
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        switch mask {
        case .file(let path):
            let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
            let largest = context.files.contents(of: file)?.values.map { max(abs($0.minimum), abs($0.maximum)) }
            return OperatorTraits(squaredNormBound: largest.map { $0 * $0 })
        case .random: return OperatorTraits(squaredNormBound: 1)
        }
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        let mask =
            switch mask {
            case .file(let path):
                try context.files.tensor(
                    instancePath(path.value, axis: context.node.axis?.name, index: context.node.index))
            case .random(let share, let pixelwise, let seed):
                try InpaintingOperator.randomMask(
                    keeping: share, pixelwise: pixelwise, shape: domain.shape, seed: UInt64(max(seed.value, 0)),
                    instance: context.node.index)
            }
        return try InpaintingOperator(mask: mask, images: domain)
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? {
        guard case .file(let path) = mask else { return nil }
        let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
        guard let values = context.files.contents(of: file)?.values,
            values.minimum < -0.001 || values.maximum > 1.001
        else { return nil }
        return ValueRemark(
            message: "\(file): \(Inpainting.meaning), and its values go from \(values.extent), "
                + "by which measurements are multiplied")
    }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        Cost(
            operations: Double(domain.floatCount), bytes: 3 * Double(domain.byteCount), scratchBytes: domain.byteCount)
    }

    public var label: String {
        switch mask {
        case .file(let path): path.value
        case .random(let share, _, _): "\(plain(share * 100)) % known"
        }
    }
}
