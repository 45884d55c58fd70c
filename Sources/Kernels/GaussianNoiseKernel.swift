internal import GraphModel
internal import Imaging
internal import TensorMath
internal import Tensors

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
