public import GraphModel
public import Imaging
public import Tensors

/// `A = A_1 A_2 … A_n`: the last factor is applied first, as in the formula.
///
/// Its types, adjoint, cost and norm bound follow from those of its factors.
public struct Composition: Operator {
    public static let name = "compose"

    /// The outermost first: mask, Fourier transform, coil sensitivities.
    public let factors: [AnyOperator]

    /// Operators, of which the last is applied first.
    public init(_ factors: [any Operator]) {
        self.factors = factors.map { AnyOperator($0) }
    }

    /// The types between the factors: of the image, after the innermost, and so on to the measurement.
    private func types(from domain: TensorType, _ context: NodeContext) throws(GraphError) -> [TensorType] {
        guard !factors.isEmpty else { throw .rule("a composition of no operators is none; give at least one") }
        var types = [domain]
        var current = domain
        for factor in factors.reversed() {
            current = try factor.range(of: current, context)
            types.append(current)
        }
        return types
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try types(from: domain, context).last ?? domain
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        var current = range
        for factor in factors { current = try factor.domain(of: current, context) }
        let found = try self.range(of: current, context)
        guard found == range else { throw .rule("its factors lead from \(current) to \(found), not to \(range)") }
        return current
    }

    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits {
        guard let types = try? types(from: domain, context) else { return OperatorTraits() }
        let traits = zip(factors.reversed(), types).map { $0.traits($1, context) }
        // ‖A B‖ ≤ ‖A‖ ‖B‖
        let bound = traits.reduce(Double?(1)) { product, own in
            product.flatMap { a in own.squaredNormBound.map { a * $0 } }
        }
        return OperatorTraits(squaredNormBound: bound)
    }

    public var isIsometry: Bool { factors.allSatisfy(\.base.isIsometry) }
    public var keepsScale: Bool { factors.allSatisfy(\.base.keepsScale) }

    /// `(U A)ᴴ U A = AᴴA` where `U` is an isometry.
    public var hasCircularNormal: Bool { convolution?.base.hasCircularNormal ?? false }

    public func normalPointSpreadExtent(_ context: NodeContext) -> PointSpreadExtent? {
        convolution?.base.normalPointSpreadExtent(context)
    }

    public func makeNormalPointSpread(_ type: TensorType, _ context: KernelContext) throws -> Tensor {
        guard let convolution else {
            throw KernelError.value("this composition has no point spread function")
        }
        return try convolution.base.makeNormalPointSpread(type, context)
    }

    /// The innermost factor, where all others are isometries.
    private var convolution: AnyOperator? {
        factors.dropLast().allSatisfy(\.base.isIsometry) ? factors.last : nil
    }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        let types = try types(from: domain, context)
        var total = Cost()
        for (factor, type) in zip(factors.reversed(), types) { total.add(try factor.cost(type, context)) }
        total.scratchBytes += types.dropFirst().reduce(0) { $0 + $1.byteCount }
        return total
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        var made: [any LinearOperator] = []
        var current = domain
        for factor in factors.reversed() {
            made.append(try factor.make(current, context))
            current = try factor.range(of: current, context.node)
        }
        return ComposedMap(made)
    }

    public func valueRemark(_ context: NodeContext) -> ValueRemark? {
        factors.lazy.compactMap { $0.base.valueRemark(context) }.first
    }

    public var label: String { factors.map(\.shown).joined(separator: " ∘ ") }
}

/// `A B C …`: the last operator is applied first.
public func compose(_ factors: any Operator...) -> Composition {
    Composition(factors)
}

extension AnyOperator {
    /// What a picture calls it as a part of another.
    var shown: String { base.label.isEmpty ? type(of: base).name : base.label }
}

/// Maps one after the other.
private final class ComposedMap: LinearOperator {
    let domain: TensorType
    let range: TensorType
    /// In the order in which they are applied.
    private let maps: [any LinearOperator]
    /// What each map but the last yields; the adjoint goes back through the same memory.
    private let between: [Scratch]
    private let measurement: Scratch

    /// - Precondition: There is a map, and each takes what the one before yields.
    init(_ maps: [any LinearOperator]) {
        self.maps = maps
        domain = maps[0].domain
        range = maps[maps.count - 1].range
        between = maps.dropLast().map { Scratch($0.range) }
        measurement = Scratch(range)
    }

    func apply(_ x: TensorView, into y: MutableTensorView) {
        var current = x
        for (index, map) in maps.enumerated() {
            let target = index < between.count ? between[index].view : y
            map.apply(current, into: target)
            current = target.readOnly
        }
    }

    func adjoint(_ y: TensorView, into x: MutableTensorView) {
        var current = y
        for index in maps.indices.reversed() {
            let target = index > 0 ? between[index - 1].view : x
            maps[index].adjoint(current, into: target)
            current = target.readOnly
        }
    }

    func normal(_ x: TensorView, into z: MutableTensorView) {
        apply(x, into: measurement.view)
        adjoint(measurement.readOnly, into: z)
    }
}
