public import GraphModel
public import Imaging
public import Tensors

/// `A x = [A_1 x; A_2 x; …]` of operators on one image whose measurements have one type: a measurement gets an axis in
/// front, over the operators.
public struct OperatorStack: Operator {
    public static let name = "stack"

    /// Those whose measurements stand one after the other.
    public let operators: [AnyOperator]

    /// A stack of operators, of one type of image and of measurement.
    public init(_ operators: [any Operator]) {
        self.operators = operators.map { AnyOperator($0) }
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        let each = try operators.commonType { one throws(GraphError) in try one.range(of: domain, context) }
        guard let shape = Shape(validating: [operators.count] + each.shape.dimensions) else {
            throw .rule("\(operators.count) measurements of \(each) are too large")
        }
        return TensorType(shape, each.element)
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        guard range.shape.rank >= 1, range.shape[0] == operators.count else {
            throw .rule("a stack of \(operators.count) operators yields \(operators.count) × …, not \(range)")
        }
        let each = TensorType(Shape(Array(range.shape.dimensions.dropFirst())), range.element)
        return try operators.commonType { one throws(GraphError) in try one.domain(of: each, context) }
    }

    /// ‖A‖² ≤ Σ ‖A_i‖²
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        let bounds = operators.map { $0.traits(domain, context).squaredNormBound }
        return OperatorTraits(
            squaredNormBound: bounds.reduce(Double?(0)) { sum, bound in sum.flatMap { a in bound.map { a + $0 } } })
    }

    public var keepsScale: Bool { operators.allSatisfy(\.base.keepsScale) }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        try operators.cost(domain, context, summing: [domain])
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        try StackMap(operators.map { try $0.make(domain, context) })
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? {
        operators.lazy.compactMap { $0.base.valueRemark(context) }.first
    }

    public var label: String { operators.map(\.shown).joined(separator: "; ") }
}

/// A stack whose measurements lie one after the other.
private final class StackMap: LinearOperator {
    let range: TensorType
    var domain: TensorType { stack.domain }
    private let stack: StackedOperator

    /// - Throws: what ``StackedOperator`` throws.
    init(_ maps: [any LinearOperator]) throws(ImagingError) {
        stack = try StackedOperator(maps)
        let each = stack.ranges[0]
        range = TensorType(Shape([maps.count] + each.shape.dimensions), each.element)
    }

    func apply(_ x: TensorView, into y: MutableTensorView) {
        stack.apply(x, into: y.parts(of: stack.ranges[0]))
    }

    func adjoint(_ y: TensorView, into x: MutableTensorView) {
        stack.adjoint(y.parts(of: stack.ranges[0]), into: x)
    }

    func normal(_ x: TensorView, into z: MutableTensorView) {
        stack.normal(x, into: z)
    }
}
