import GraphModel
import Imaging
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("The kernel of simulated noise")
struct NoiseKernelTests {
    private let image = Tensor.random([1, 1, 6, 7], seed: 1)

    private func noisy(
        _ node: String = "y", seed: Int = 7, iteration: Int = 0, before: Int = 0
    ) throws -> [Tensor] {
        let result = try KernelEvaluation(["image": image], iteration: iteration) { g in
            let image = g.load("image")
            for index in 0..<before { _ = g.keep("before-\(index)", Zeros(), image) }
            let noise = GaussianNoise(sigma: [0.1, 0.5], seed: Setting(seed))
            _ = g.keep(node, noise, image, over: g.axis("shard", count: 2))
        }
        return [result["\(node)[0]"], result["\(node)[1]"]]
    }

    @Test("is σ times the generator's numbers for seed, node, instance and iteration", arguments: [0, 3], [0, 7])
    func numbers(_ iteration: Int, _ seed: Int) throws {
        let values = try noisy(seed: seed, iteration: iteration)
        for (instance, sigma) in [Float(0.1), 0.5].enumerated() {
            var noise = Tensor(image.type)
            noise.withMutableView {
                CounterRandom.gaussian(
                    into: $0, seed: UInt64(seed), node: CounterRandom.hash("y"), instance: instance,
                    iteration: iteration)
            }
            let expected = Tensor(image.type, zip(image.values, noise.values).map { $0 + sigma * $1 })
            #expect(maxDifference(values[instance], expected) <= 1e-6)
        }
    }

    @Test("depends on nothing else")
    func keys() throws {
        let first = try noisy()
        #expect(try noisy(before: 3) == first)
        #expect(try noisy("w")[0] != first[0])
        #expect(try noisy(seed: 8)[0] != first[0])
        #expect(try noisy(iteration: 1)[0] != first[0])
    }
}
