public import Tensors

/// `γ p` with `p` drawn from the Poisson distribution of mean `y / γ` (deepinv's `PoissonNoise`), by a counter-based
/// generator keyed as that of ``GaussianNoise``. The variance is `γ y`.
public struct PoissonNoise: NodeKind {
    public static let name = "poisson-noise"
    public static let inputs = [Input("y")]

    /// The gain γ: units of the image a photon; one for all instances, or one each.
    public let gain: [Double]
    public let seed: Setting<Int>
    /// Whether negative values count as 0. Otherwise they end the run, but for what rounding leaves of zeros.
    public let clipNegative: Bool

    public init(gain: [Double], seed: Setting<Int>, clipNegative: Bool = false) {
        self.gain = gain
        self.seed = seed
        self.clipNegative = clipNegative
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let gain = try context.own(gain, "gain")
        guard gain > 0, gain.isFinite else { throw .rule("'gain' is \(gain); it must be above 0") }
        guard seed.value >= 0 else { throw .rule("'seed' is \(seed.value); it must be 0 or more") }
        let type = try context.type(0)
        guard type.element == .float32 else { throw .rule("Poisson noise is for real values, not \(type)") }
        return type
    }

    public var isKeyedByNode: Bool { true }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 150)
    }

    public var label: String { "γ = " + gain.map(plain).joined(separator: ", ") }
}
