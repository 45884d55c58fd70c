public import Tensors

/// `y + a u` with u drawn evenly from -1 to 1 (deepinv's `UniformNoise`), by a counter-based generator keyed as that of
/// ``GaussianNoise``. The variance is `a² / 3`.
public struct UniformNoise: NodeKind {
    public static let name = "uniform-noise"
    public static let inputs = [Input("y")]

    /// Largest deviation, in units of the image; one for all instances, or one each.
    public let amplitude: [Double]
    public let seed: Setting<Int>

    public init(amplitude: [Double], seed: Setting<Int>) {
        self.amplitude = amplitude
        self.seed = seed
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let level = try context.own(amplitude, "amplitude")
        guard level >= 0, level.isFinite else { throw .rule("'amplitude' is \(level); it must be 0 or more") }
        guard seed.value >= 0 else { throw .rule("'seed' is \(seed.value); it must be 0 or more") }
        return try context.type(0)
    }

    public var isKeyedByNode: Bool { true }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 20)
    }

    public var label: String { "a = " + amplitude.map(plain).joined(separator: ", ") }
}
