internal import GraphModel
internal import Imaging
internal import TensorMath
internal import Tensors

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
