public import GraphModel
public import Imaging
public import Tensors

/// `AᴴA` as an operator of its own; it is its own adjoint.
public struct NormalOperatorOf: Operator {
    public static let name = "normal"

    /// The operator `A`.
    public let of: AnyOperator

    /// The normal operator of an operator.
    public init(of map: any Operator) {
        of = AnyOperator(map)
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        _ = try of.range(of: domain, context)
        return domain
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try self.range(of: range, context)
    }

    /// ‖AᴴA‖² = ‖A‖⁴
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        let own = of.traits(domain, context)
        return OperatorTraits(squaredNormBound: own.squaredNormBound.map { $0 * $0 })
    }

    public var isIsometry: Bool { of.base.isIsometry }
    public var keepsScale: Bool { of.base.keepsScale }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        try of.normalCost(domain, context, scratch: 1)
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        NormalMap(try of.make(domain, context))
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? { of.base.valueRemark(context) }

    public var label: String { "normal operator of \(of.shown)" }
}

extension AnyOperator {
    /// What `AᴴA x` costs, with so many more images of scratch.
    func normalCost(_ domain: TensorType, _ context: NodeContext, scratch images: Int) throws(GraphError) -> Cost {
        let once = try cost(domain, context)
        let measurement = try range(of: domain, context).byteCount
        var cost = once
        cost.add(once)
        cost.scratchBytes = once.scratchBytes + measurement + images * domain.byteCount
        return cost
    }
}

private final class NormalMap: LinearOperator {
    var domain: TensorType { map.domain }
    var range: TensorType { map.domain }
    private let map: any LinearOperator
    private let between: Scratch

    init(_ map: any LinearOperator) {
        self.map = map
        between = Scratch(map.domain)
    }

    func apply(_ x: TensorView, into y: MutableTensorView) { map.normal(x, into: y) }

    func adjoint(_ y: TensorView, into x: MutableTensorView) { map.normal(y, into: x) }

    func normal(_ x: TensorView, into z: MutableTensorView) {
        map.normal(x, into: between.view)
        map.normal(between.readOnly, into: z)
    }
}
