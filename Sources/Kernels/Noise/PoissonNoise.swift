public import GraphModel
internal import Imaging
public import Tensors

/// `γ p` with `p` drawn from the Poisson distribution of mean `y / γ` (deepinv's `PoissonNoise`), by a counter-based
/// generator keyed as that of ``GaussianNoise``. The variance is `γ y`.
public struct PoissonNoise: NodeKind {
    public static let name = "poisson-noise"
    public static let inputs = [Input("y")]

    /// The gain γ: units of the image a photon; one for all instances, or one each.
    public let gain: [Double]
    /// Of the generator; 0 or more.
    public let seed: Setting<Int>
    /// Whether negative values count as 0. Otherwise they end the run, but for what rounding leaves of zeros.
    public let clipNegative: Bool

    /// Noise of a gain.
    public init(gain: [Double], seed: Setting<Int>, clipNegative: Bool = false) {
        self.gain = gain
        self.seed = seed
        self.clipNegative = clipNegative
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let gain = try context.own(gain, "gain")
        guard gain > 0, gain.isFinite else { throw .rule("'gain' is \(gain); it must be above 0") }
        try checkHeld(gain, "gain")
        guard seed.value >= 0 else { throw .rule("'seed' is \(seed.value); it must be 0 or more") }
        let type = try context.type(0)
        guard type.element == .float32 else { throw .rule("Poisson noise is for real values, not \(type)") }
        return type
    }

    public var traits: KindTraits { [.keyedByNode, .keepsScale] }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 150)
    }

    public var label: String { "γ = " + gain.map(plain).joined(separator: ", ") }
}

final class PoissonNoiseKernel: Kernel {
    private let gain: Double
    private let seed: UInt64
    private let node: UInt64
    private let instance: Int
    private let clipNegative: Bool

    init(_ kind: PoissonNoise, _ context: KernelContext) throws {
        gain = try context.node.own(kind.gain, "gain")
        seed = UInt64(max(kind.seed.value, 0))
        node = CounterRandom.hash(context.node.node)
        instance = context.node.index
        clipNegative = kind.clipNegative
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        try check(inputs[0])
        output.copy(from: inputs[0])
        CounterRandom.poisson(output, gain: gain, seed: seed, node: node, instance: instance, iteration: iteration)
    }

    /// Means below 0, beyond what rounding leaves of zeros, and values that are none have no Poisson distribution.
    private func check(_ means: TensorView) throws {
        var (lowest, highest) = (Float(0), Float(0))
        for value in means.floats {
            guard value.isFinite else {
                throw KernelError.value("Poisson noise needs finite values, not \(value); look at what it reads")
            }
            lowest = min(lowest, value)
            highest = max(highest, value)
        }
        guard clipNegative || lowest >= -1e-5 * highest else {
            throw KernelError.value(
                "Poisson noise needs values of 0 or more, not \(lowest); set 'clipNegative' to take such for 0")
        }
    }
}
