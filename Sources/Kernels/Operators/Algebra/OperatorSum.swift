public import GraphModel
public import Imaging
public import Tensors

/// `A_1 + A_2 + …` of operators between the same images and measurements, added up in a fixed order.
public struct OperatorSum: Operator {
    public static let name = "sum"

    /// Those whose results are added.
    public let terms: [AnyOperator]

    /// A sum of operators, of one type of image and of measurement.
    public init(_ terms: [any Operator]) {
        self.terms = terms.map { AnyOperator($0) }
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try terms.commonType { term throws(GraphError) in try term.range(of: domain, context) }
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try terms.commonType { term throws(GraphError) in try term.domain(of: range, context) }
    }

    /// ‖A + B‖ ≤ ‖A‖ + ‖B‖
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        let bounds = terms.map { $0.traits(domain, context).squaredNormBound }
        let norm = bounds.reduce(Double?(0)) { sum, bound in sum.flatMap { a in bound.map { a + $0.squareRoot() } } }
        return OperatorTraits(squaredNormBound: norm.map { $0 * $0 })
    }

    public var keepsScale: Bool { terms.allSatisfy(\.base.keepsScale) }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        let range = try range(of: domain, context)
        var cost = try terms.cost(domain, context, summing: [domain, range])
        // Between A and Aᴴ.
        cost.scratchBytes += range.byteCount
        return cost
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        SumMap(try terms.map { try $0.make(domain, context) })
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? {
        terms.lazy.compactMap { $0.base.valueRemark(context) }.first
    }

    public var label: String { terms.map(\.shown).joined(separator: " + ") }
}

extension [AnyOperator] {
    /// The one type that `type` gives for all.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is no operator, or two differ.
    func commonType(_ type: (AnyOperator) throws(GraphError) -> TensorType) throws(GraphError) -> TensorType {
        guard let first else { throw .rule("there must be at least one operator") }
        let common = try type(first)
        for (index, other) in enumerated().dropFirst() {
            let own = try type(other)
            guard own == common else {
                throw .rule("operator 0 has \(common) here, operator \(index) has \(own); both must be of one type")
            }
        }
        return common
    }

    /// What all of them cost one after the other, with the sums of their values.
    func cost(
        _ domain: TensorType, _ context: NodeContext, summing types: [TensorType]
    ) throws(GraphError) -> Cost {
        var total = Cost()
        for one in self { total.add(try one.cost(domain, context)) }
        let largest = types.map(\.byteCount).max() ?? 0
        total.add(.vectors(operations: Double(count * largest / 4)))
        total.bytes += 3 * Double(count * largest)
        // Sums wait in the memory of the tree's depth, the bottom of which is where the total will be.
        total.scratchBytes += (SumTree.depth(count) - 1) * types.reduce(0) { $0 + $1.byteCount }
        return total
    }
}

private final class SumMap: LinearOperator {
    let domain: TensorType
    let range: TensorType
    private let maps: [any LinearOperator]
    private let images: TreeAccumulator
    private let measurements: TreeAccumulator
    private let between: Scratch

    /// - Precondition: There is a map, and all are between the same types.
    init(_ maps: [any LinearOperator]) {
        self.maps = maps
        domain = maps[0].domain
        range = maps[0].range
        images = TreeAccumulator(domain, count: maps.count)
        measurements = TreeAccumulator(range, count: maps.count)
        between = Scratch(range)
    }

    func apply(_ x: TensorView, into y: MutableTensorView) {
        measurements.sum(into: y) { index, term in maps[index].apply(x, into: term) }
    }

    func adjoint(_ y: TensorView, into x: MutableTensorView) {
        images.sum(into: x) { index, term in maps[index].adjoint(y, into: term) }
    }

    func normal(_ x: TensorView, into z: MutableTensorView) {
        apply(x, into: between.view)
        adjoint(between.readOnly, into: z)
    }
}
