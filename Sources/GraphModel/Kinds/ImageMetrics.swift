public import Tensors

/// Peak signal-to-noise ratio of an image to a reference in [0, 1], 10 log10(1 / MSE), in decibels.
public struct PSNR: NodeKind {
    public static let name = "psnr"
    public static let inputs = [Input("image"), Input("reference")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try comparable(context)
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        return Cost(operations: 3 * Double(type.floatCount), bytes: 2 * Double(type.byteCount))
    }
}

/// How much an iteration changed the image: ‖next − x‖ / ‖next‖.
public struct RelativeChange: NodeKind {
    public static let name = "relative-change"
    public static let inputs = [Input("x"), Input("next")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try comparable(context)
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // A difference, and two norms.
        let type = try context.type(0)
        var cost = Cost.vectors(operations: 6 * Double(type.floatCount))
        cost.bytes = 4 * Double(type.byteCount)
        cost.scratchBytes = type.byteCount
        return cost
    }
}

private func comparable(_ context: NodeContext) throws(GraphError) {
    let first = try context.type(0)
    let second = try context.type(1)
    guard first == second else { throw .rule("it compares \(first) with \(second); both must be of one shape") }
}
