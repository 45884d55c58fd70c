public import GraphModel
public import Imaging
internal import TensorMath
public import Tensors

/// `factor · A`.
public struct ScaledOperator: Operator {
    public static let name = "scale"

    /// The number that results are multiplied with.
    public let factor: Setting<Double>
    /// The operator `A`.
    public let of: AnyOperator

    /// A multiple of an operator.
    public init(_ factor: Setting<Double>, times map: any Operator) {
        self.factor = factor
        of = AnyOperator(map)
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try check()
        return try of.range(of: domain, context)
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try check()
        return try of.domain(of: range, context)
    }

    private func check() throws(GraphError) {
        try checkHeld(factor, "factor", power: 2)
    }

    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        let own = of.traits(domain, context)
        let square = factor.value * factor.value
        return OperatorTraits(squaredNormBound: own.squaredNormBound.map { square * $0 })
    }

    public var isIsometry: Bool { abs(factor.value) == 1 && of.base.isIsometry }
    public var keepsScale: Bool { abs(factor.value) == 1 && of.base.keepsScale }

    public var hasCircularNormal: Bool { of.base.hasCircularNormal }

    public func normalPointSpreadExtent(_ context: NodeContext) -> PointSpreadExtent? {
        of.base.normalPointSpreadExtent(context)
    }

    public func makeNormalPointSpread(_ type: TensorType, _ context: KernelContext) throws -> Tensor {
        let own = try of.base.makeNormalPointSpread(type, context)
        return Tensor(own.shape, own.values.map { Float(Double($0) * factor.value * factor.value) })
    }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        var cost = try of.cost(domain, context)
        let range = try of.range(of: domain, context)
        cost.add(.vectors(operations: Double(range.floatCount)))
        cost.bytes += 2 * Double(range.byteCount)
        return cost
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        ScaledMap(try of.make(domain, context), by: Float(factor.value))
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? { of.base.valueRemark(context) }

    public var label: String { "\(plain(factor.value)) · \(of.shown)" }
}

private final class ScaledMap: LinearOperator {
    var domain: TensorType { map.domain }
    var range: TensorType { map.range }
    private let map: any LinearOperator
    private let factor: Float

    init(_ map: any LinearOperator, by factor: Float) {
        self.map = map
        self.factor = factor
    }

    func apply(_ x: TensorView, into y: MutableTensorView) {
        map.apply(x, into: y)
        scale(y, by: factor)
    }

    func adjoint(_ y: TensorView, into x: MutableTensorView) {
        map.adjoint(y, into: x)
        scale(x, by: factor)
    }

    func normal(_ x: TensorView, into z: MutableTensorView) {
        map.normal(x, into: z)
        scale(z, by: factor * factor)
    }
}
