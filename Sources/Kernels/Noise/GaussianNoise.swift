public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// `y + σ n` with n drawn from the standard normal distribution by a counter-based generator keyed by the seed, the
/// node, the instance and the iteration, so that it does not depend on who computes it.
public struct GaussianNoise: NodeKind {
    public static let name = "gaussian-noise"
    public static let inputs = [Input("y")]

    /// Standard deviation, in units of the image; one for all instances, or one each.
    public let sigma: [Double]
    /// Of the generator; 0 or more.
    public let seed: Setting<Int>

    /// Noise of a standard deviation.
    public init(sigma: [Double], seed: Setting<Int>) {
        self.sigma = sigma
        self.seed = seed
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let level = try context.own(sigma, "sigma")
        guard level >= 0, level.isFinite else { throw .rule("'sigma' is \(level); it must be 0 or more") }
        try checkHeld(level, "sigma")
        guard seed.value >= 0 else { throw .rule("'seed' is \(seed.value); it must be 0 or more") }
        return try context.type(0)
    }

    public var traits: KindTraits { [.keyedByNode, .keepsScale] }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 130)
    }

    public var label: String { "σ = " + sigma.map(plain).joined(separator: ", ") }
}

final class GaussianNoiseKernel: Kernel {
    private let sigma: Float
    private let seed: UInt64
    private let node: UInt64
    private let instance: Int

    init(_ kind: GaussianNoise, _ context: KernelContext) throws {
        sigma = Float(try context.node.own(kind.sigma, "sigma"))
        seed = UInt64(max(kind.seed.value, 0))
        node = CounterRandom.hash(context.node.node)
        instance = context.node.index
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        CounterRandom.gaussian(into: output, seed: seed, node: node, instance: instance, iteration: iteration)
        scale(output, by: sigma)
        axpy(1, inputs[0], output)
    }
}
