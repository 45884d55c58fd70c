public import Tensors

/// The sum of all instances of a node, over a fixed binary tree on the axis, so that it does not depend on placement.
public struct Sum: NodeKind {
    public static let name = "sum"
    public static let inputs = [Input("values", .all)]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let first = try context.type(0)
        guard let other = context.inputs[0].first(where: { $0 != first }) else { return first }
        throw .rule("it cannot add \(first) and \(other); all instances must be of one shape")
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: Double(context.inputs[0].count))
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        inputs[0].reduce(0) { total, bound in total.flatMap { sum in bound.map { sum + $0 } } }
    }
}

/// `a + b`.
public struct Add: NodeKind {
    public static let name = "add"
    public static let inputs = [Input("a"), Input("b")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try commonType(context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context).inVectors
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        guard let a = inputs[0].first ?? nil, let b = inputs[1].first ?? nil else { return nil }
        return a + b
    }
}

/// `factor · x`.
public struct Scale: NodeKind {
    public static let name = "scale"
    public static let inputs = [Input("x")]

    public let factor: Setting<Double>

    public init(_ factor: Setting<Double>) {
        self.factor = factor
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard factor.value.isFinite else { throw .rule("'factor' is \(factor.value); it must be finite") }
        return try context.type(0)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context).inVectors
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        (inputs[0].first ?? nil).map { abs(factor.value) * $0 }
    }

    public var label: String { plain(factor.value) }
}

/// Zeros of the type of its input: a start for iterations.
public struct Zeros: NodeKind {
    public static let name = "zeros"
    public static let inputs = [Input("like")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.type(0)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: Double(try output(context).byteCount))
    }
}

/// A gradient step, `x − τ g`.
public struct Descend: NodeKind {
    public static let name = "descend"
    public static let inputs = [Input("x"), Input("gradient")]

    /// Step size τ; gradient descent on a fidelity whose gradient has the Lipschitz constant L converges below 2 / L.
    public let step: Setting<Double>

    public init(step: Setting<Double>) {
        self.step = step
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard step.value.isFinite else { throw .rule("'step' is \(step.value); it must be finite") }
        return try commonType(context)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 2).inVectors
    }

    public func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String] {
        guard let bound = gradientBounds[1].first ?? nil, let limit = limitExceeded(bound) else { return [] }
        return [
            "step \(plain(step.value)) may diverge: the gradient's Lipschitz constant is at most \(plain(bound)), "
                + "so use a step below \(plain(limit))"
        ]
    }

    public func convergenceFactors(
        _ context: NodeContext, gradientBounds: [[Double?]]
    ) -> [ConvergenceFactor] {
        let name = step.parameter ?? "step"
        let setting = "\(name) \(plain(step.value))"
        guard let bound = gradientBounds[1].first ?? nil else {
            return [
                ConvergenceFactor(
                    setting, remedy: "a smaller \(name)",
                    doubt: "how large a step may be, as the gradient's Lipschitz constant is not known here")
            ]
        }
        guard let limit = limitExceeded(bound) else { return [ConvergenceFactor(setting, remedy: "a smaller \(name)")] }
        return [ConvergenceFactor(setting, remedy: "a \(name) below \(plain(limit))", isBeyondBound: true)]
    }

    /// 2 / L, rounded down, where the step is not below it.
    private func limitExceeded(_ bound: Double) -> Double? {
        guard bound > 0, step.value * bound >= 2 else { return nil }
        // Three decimals, or as many as three digits take.
        var scale = 1000.0
        while 2 / bound * scale < 100, scale < 1e15 { scale *= 10 }
        return (2 / bound * scale).rounded(.down) / scale
    }

    public var label: String { "τ = \(plain(step.value))" }
}

/// The one type that both inputs have.
private func commonType(_ context: NodeContext) throws(GraphError) -> TensorType {
    let first = try context.type(0)
    let second = try context.type(1)
    guard first == second else { throw .rule("its inputs are \(first) and \(second); both must be of one shape") }
    return first
}
