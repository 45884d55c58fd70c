public import GraphModel
public import Imaging
public import Tensors

/// Forward differences of each plane, … × H × W × 2: first along the height, then along the width, 0 in the last row and
/// column. Of real and complex images; `‖D‖² < 8` (Chambolle 2004).
///
/// With ``ProjectOnBall`` over the last axis it makes total variation a part of primal-dual splitting.
public struct Differences: Operator {
    public static let name = "differences"

    public init() {}

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        guard domain.shape.rank >= 2, domain.shape.count > 0,
            let shape = Shape(validating: domain.shape.dimensions + [2])
        else { throw .rule("differences need images, … × H × W, not \(domain)") }
        return TensorType(shape, domain.element)
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        guard range.shape.rank >= 3, range.shape.dimensions.last == 2, range.shape.count > 0 else {
            throw .rule("differences of images are … × H × W × 2, not \(range)")
        }
        return TensorType(Shape(Array(range.shape.dimensions.dropLast())), range.element)
    }

    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        OperatorTraits(squaredNormBound: 8)
    }

    public var keepsScale: Bool { false }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        var cost = Cost(operations: 4 * Double(domain.floatCount), bytes: 3 * Double(domain.byteCount))
        if domain.element == .complex64 {
            cost.bytes += 6 * Double(domain.byteCount)
            cost.scratchBytes += 2 * domain.byteCount
        }
        return cost
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        let real = try DifferencesOperator(shape: domain.shape)
        return domain.element == .float32 ? real : ComplexParts(real)
    }
}
