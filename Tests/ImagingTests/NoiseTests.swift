import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Uniform and Poisson noise")
struct NoiseTests {
    @Test("uniform values lie within -1 and 1 with mean 0 and variance 1/3, all parts alike")
    func uniform() {
        let values = uniform(1 << 18).values.map(Double.init)
        let n = Double(values.count)
        #expect(values.allSatisfy { abs($0) < 1 })
        #expect(abs(values.reduce(0, +) / n) < 4 * (1 / (3 * n)).squareRoot())
        // The variance of u² is 1/5 − 1/9.
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } / n - 1 / 3.0) < 4 * (4 / (45 * n)).squareRoot())
        for part in 0..<8 {
            let share = Double(values.count { Int(($0 + 1) * 4) == part }) / n
            #expect(abs(share - 0.125) < 4 * (0.125 * 0.875 / n).squareRoot())
        }
    }

    /// On both sides of mean 10, where the method changes.
    @Test(
        "Poisson values have the mean and variance of their mean", arguments: [0.05, 1, 9.9, 10, 10.1, 40, 1000, 1e6])
    func moments(mean: Double) {
        let count = 1 << 17
        let values = poisson([Float](repeating: Float(mean), count: count)).map(Double.init)
        let n = Double(count)
        #expect(values.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
        let average = values.reduce(0, +) / n
        #expect(abs(average - mean) < 4 * (mean / n).squareRoot())
        let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / n
        // The fourth central moment is mean (1 + 3 mean).
        #expect(abs(variance - mean) < 4 * (mean * (1 + 2 * mean) / n).squareRoot())
    }

    @Test("Poisson values have its probabilities", arguments: [0.5, 3, 9.5, 10.5, 14])
    func probabilities(mean: Double) {
        let count = 1 << 17
        let values = poisson([Float](repeating: Float(mean), count: count))
        var probability = 1.0
        // e^-mean without a library: the reciprocal of its power series.
        var (term, series) = (1.0, 1.0)
        for k in 1..<200 {
            term *= mean / Double(k)
            series += term
        }
        probability = 1 / series
        for k in 0..<30 {
            if k > 0 { probability *= mean / Double(k) }
            let found = Double(values.count { $0 == Float(k) }) / Double(count)
            let deviation = (probability * (1 - probability) / Double(count)).squareRoot()
            #expect(abs(found - probability) <= 4.5 * deviation + 1.0 / Double(count), "k = \(k)")
        }
    }

    @Test("the gain scales photons, and zero stays zero")
    func gain() {
        let values = poisson([0, 0.5, 0.5, 100, -3], gain: 0.25)
        #expect(values[0] == 0 && values[4] == 0)
        for value in values { #expect((value * 4).rounded() == value * 4) }
    }

    @Test("huge means have no noise that a float could show", arguments: [1e20, 3e38] as [Float])
    func huge(mean: Float) {
        let values = poisson([mean])
        #expect(abs(values[0] / mean - 1) < 1e-6)
    }

    @Test("an element's value depends on its own index and mean alone")
    func order() {
        let means = (0..<100).map { Float($0) / 3 }
        let all = poisson(means)
        var others = means
        for i in stride(from: 0, to: 100, by: 2) { others[i] = 77 }
        let mixed = poisson(others)
        for i in stride(from: 1, to: 100, by: 2) { #expect(all[i] == mixed[i]) }
        #expect(poisson(Array(means.prefix(7))) == Array(all.prefix(7)))
        #expect(uniform(5).values == Array(uniform(64).values.prefix(5)))
    }

    @Test("depend on each of seed, node, instance and iteration")
    func keys() {
        let means = [Float](repeating: 1000, count: 50)
        let keys: [(UInt64, String, Int, Int)] = [
            (1, "a", 0, 0), (2, "a", 0, 0), (1, "b", 0, 0), (1, "a", 1, 0), (1, "a", 0, 1),
        ]
        let all = keys.map { poisson(means, key: $0) }
        let uniforms = keys.map { uniform(50, key: $0).values }
        for i in keys.indices {
            for j in keys.indices where j != i {
                #expect(all[i] != all[j])
                #expect(zip(uniforms[i], uniforms[j]).allSatisfy { $0 != $1 })
            }
        }
        #expect(poisson(means) == all[0])
    }

    private func uniform(_ count: Int, key: (UInt64, String, Int, Int) = (1, "a", 0, 0)) -> Tensor {
        Tensor(TensorType([count])) { values in
            CounterRandom.uniform(
                into: values, seed: key.0, node: CounterRandom.hash(key.1), instance: key.2, iteration: key.3)
        }
    }

    private func poisson(
        _ means: [Float], gain: Double = 1, key: (UInt64, String, Int, Int) = (1, "a", 0, 0)
    ) -> [Float] {
        var tensor = Tensor([means.count], means)
        tensor.withMutableView { values in
            CounterRandom.poisson(
                values, gain: gain, seed: key.0, node: CounterRandom.hash(key.1), instance: key.2, iteration: key.3)
        }
        return tensor.values
    }
}
