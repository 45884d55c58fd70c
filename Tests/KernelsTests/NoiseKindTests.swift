import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Noise kinds")
struct NoiseKindTests {
    @Test("uniform noise is that of the generator, keyed by seed, node and instance")
    func uniform() throws {
        let sample = try GraphSample()
        let x = Tensor.random([1, 1, 8, 9], seed: 1)
        let noisy = try sample.run { g in
            let shard = g.axis("shard", count: 2)
            return g.add("n", UniformNoise(amplitude: [0.5, 2], seed: 3), try sample.load(g, "x", x), over: shard)
        }
        for (instance, amplitude) in [Float(0.5), 2].enumerated() {
            var expected = Tensor(x.shape)
            expected.withMutableView {
                CounterRandom.uniform(into: $0, seed: 3, node: CounterRandom.hash("n"), instance: instance)
            }
            let sum = Tensor(x.shape, zip(x.values, expected.values).map { $0 + amplitude * $1 })
            #expect(maxDifference(noisy[instance], sum) <= 1e-6)
        }
    }

    @Test("Poisson noise is that of the generator, keyed by seed, node and instance")
    func poisson() throws {
        let sample = try GraphSample()
        let x = Tensor.random([1, 1, 8, 9], in: 0...1, seed: 1)
        let noisy = try sample.run { g in
            let shard = g.axis("shard", count: 2)
            return g.add("n", PoissonNoise(gain: [0.5, 0.01], seed: 3), try sample.load(g, "x", x), over: shard)
        }
        for (instance, gain) in [0.5, 0.01].enumerated() {
            var expected = x
            expected.withMutableView {
                CounterRandom.poisson($0, gain: gain, seed: 3, node: CounterRandom.hash("n"), instance: instance)
            }
            #expect(noisy[instance] == expected)
        }
    }

    @Test("Poisson noise refuses negative means unless told to clip them, but not what rounding leaves of zeros")
    func negative() throws {
        func run(
            _ low: Float, clip: Bool, _ means: (GraphBuilder, Value) -> Value = { $1 }
        ) throws -> [Tensor] {
            let sample = try GraphSample()
            return try sample.run { g in
                let x = try sample.load(g, "x", Tensor([1, 1, 1, 2], [low, 1]))
                return g.add("n", PoissonNoise(gain: [0.1], seed: 3, clipNegative: clip), means(g, x))
            }
        }
        #expect(try run(-1, clip: true).first?.values.first == 0)
        #expect(try run(-1e-7, clip: false).first?.values.first == 0)
        // Of files, what is no number is refused before; it may come of what is computed.
        func sum(_ g: GraphBuilder, _ x: Value) -> Value { g.add("sum", Add(), x, x) }
        func difference(_ g: GraphBuilder, _ x: Value) -> Value {
            let sum = sum(g, x)
            return g.add("difference", Descend(step: 1), sum, sum)
        }
        let refused: [(String, () throws -> [Tensor])] = [
            ("-1.0", { try run(-1, clip: false) }), ("inf", { try run(3e38, clip: false, sum) }),
            ("nan", { try run(3e38, clip: false, difference) }),
        ]
        for (value, run) in refused {
            let error = #expect(throws: (any Error).self) { try run() }
            let text = "\(try #require(error))"
            #expect(text.contains("Poisson noise needs") && text.contains(value), "\(text)")
        }
    }

    @Test("levels and seeds out of range are refused")
    func refusals() throws {
        func message(_ kind: some NodeKind) throws -> String {
            let sample = try GraphSample()
            let error = #expect(throws: GraphError.self) {
                try sample.run { g in g.add("n", kind, try sample.load(g, "x", Tensor([1, 1, 1, 2]))) }
            }
            return "\(try #require(error))"
        }
        #expect(try message(PoissonNoise(gain: [0], seed: 1)).hasSuffix("'gain' is 0.0; it must be above 0"))
        #expect(try message(PoissonNoise(gain: [1], seed: -1)).hasSuffix("'seed' is -1; it must be 0 or more"))
        #expect(
            try message(UniformNoise(amplitude: [-1], seed: 1)).hasSuffix("'amplitude' is -1.0; it must be 0 or more"))
        #expect(
            try message(UniformNoise(amplitude: [1, 2], seed: 1)).hasSuffix(
                "'amplitude' has 2 entries for 1 instances; give one for all or one each"))
    }

    @Test("they survive a file")
    func roundTrips() throws {
        let poisson = PoissonNoise(gain: [0.1, 2], seed: 4, clipNegative: true)
        #expect(try roundTrip(poisson) == poisson)
        let uniform = UniformNoise(amplitude: [0.1], seed: 4)
        #expect(try roundTrip(uniform) == uniform)
    }
}
