public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// `y + a u` with u drawn evenly from -1 to 1 (deepinv's `UniformNoise`), by a counter-based generator keyed as that of
/// ``GaussianNoise``. The variance is `a² / 3`.
public struct UniformNoise: NodeKind {
    public static let name = "uniform-noise"
    public static let inputs = [Input("y")]

    /// Largest deviation, in units of the image; one for all instances, or one each.
    public let amplitude: [Double]
    /// Of the generator; 0 or more.
    public let seed: Setting<Int>

    /// Noise of an amplitude.
    public init(amplitude: [Double], seed: Setting<Int>) {
        self.amplitude = amplitude
        self.seed = seed
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let level = try context.own(amplitude, "amplitude")
        guard level >= 0, level.isFinite else { throw .rule("'amplitude' is \(level); it must be 0 or more") }
        try checkHeld(level, "amplitude")
        guard seed.value >= 0 else { throw .rule("'seed' is \(seed.value); it must be 0 or more") }
        return try context.type(0)
    }

    public var traits: KindTraits { [.keyedByNode, .keepsScale] }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 20)
    }

    public var label: String { "a = " + amplitude.map(plain).joined(separator: ", ") }
}

final class UniformNoiseKernel: Kernel {
    private let amplitude: Float
    private let seed: UInt64
    private let node: UInt64
    private let instance: Int

    init(_ kind: UniformNoise, _ context: KernelContext) throws {
        amplitude = Float(try context.node.own(kind.amplitude, "amplitude"))
        seed = UInt64(max(kind.seed.value, 0))
        node = CounterRandom.hash(context.node.node)
        instance = context.node.index
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        CounterRandom.uniform(into: output, seed: seed, node: node, instance: instance, iteration: iteration)
        scale(output, by: amplitude)
        axpy(1, inputs[0], output)
    }
}
