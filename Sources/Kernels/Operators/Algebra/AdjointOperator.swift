public import GraphModel
public import Imaging
public import Tensors

/// `Aᴴ` as an operator of its own.
public struct AdjointOperator: Operator {
    public static let name = "adjoint"

    /// The operator `A`.
    public let of: AnyOperator

    /// The adjoint of an operator.
    public init(of map: any Operator) {
        of = AnyOperator(map)
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try of.domain(of: domain, context)
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try of.range(of: range, context)
    }

    /// ‖Aᴴ‖ = ‖A‖
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        guard let image = try? range(of: domain, context) else { return OperatorTraits() }
        return OperatorTraits(squaredNormBound: of.traits(image, context).squaredNormBound)
    }

    public var keepsScale: Bool { of.base.keepsScale }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        var cost = try of.cost(range(of: domain, context), context)
        // Between A and Aᴴ, the other way round.
        cost.scratchBytes += try range(of: domain, context).byteCount
        return cost
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        AdjointMap(try of.make(range(of: domain, context.node), context))
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? { of.base.valueRemark(context) }

    public var label: String { "adjoint of \(of.shown)" }
}

private final class AdjointMap: LinearOperator {
    var domain: TensorType { map.range }
    var range: TensorType { map.domain }
    private let map: any LinearOperator
    private let image: Scratch

    init(_ map: any LinearOperator) {
        self.map = map
        image = Scratch(map.domain)
    }

    func apply(_ x: TensorView, into y: MutableTensorView) { map.adjoint(x, into: y) }

    func adjoint(_ y: TensorView, into x: MutableTensorView) { map.apply(y, into: x) }

    func normal(_ x: TensorView, into z: MutableTensorView) {
        map.adjoint(x, into: image.view)
        map.apply(image.readOnly, into: z)
    }
}
