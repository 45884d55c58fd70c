internal import GraphModel
internal import Imaging
internal import Tensors

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
