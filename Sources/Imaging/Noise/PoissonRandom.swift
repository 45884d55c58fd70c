internal import Foundation
package import Tensors

extension CounterRandom {
    /// Replaces every value by `gain · p`, with `p` drawn from the Poisson distribution of mean `value / gain`: deepinv's
    /// `PoissonNoise(gain)`.
    ///
    /// Each element has random words of its own (Philox's block `element + draw · 2⁴⁰`), however many it needs, so it does
    /// not matter in which order or company it is computed.
    ///
    /// - Parameters:
    ///   - values: means, 0 or more, in image units; negative ones count as 0.
    ///   - gain: image units a photon, above 0.
    ///   - seed: the others as of ``gaussian(into:seed:node:instance:iteration:)``.
    package static func poisson(
        _ values: MutableTensorView, gain: Double, seed: UInt64, node: UInt64, instance: Int = 0, iteration: Int = 0
    ) {
        let key = Key(seed: seed, node: node, instance: instance, iteration: iteration)
        for index in values.floats.indices {
            var draws = Draws(key: key, element: UInt64(index))
            values.floats[index] = Float(gain * draws.poisson(mean: Double(values.floats[index]) / gain))
        }
    }
}

/// The random numbers of one element, one pair after the other.
private struct Draws {
    let key: CounterRandom.Key
    let element: UInt64
    var count: UInt64 = 0

    init(key: CounterRandom.Key, element: UInt64) {
        self.key = key
        self.element = element
    }

    /// Two numbers in (0, 1) of 52 random bits each.
    mutating func next() -> (Double, Double) {
        let words = key.block(element &+ count &<< 40)
        count += 1
        return (Draws.unit(words[0], words[1]), Draws.unit(words[2], words[3]))
    }

    private static func unit(_ high: UInt32, _ low: UInt32) -> Double {
        let bits = UInt64(high) << 20 | UInt64(low) >> 12
        return (Double(bits) + 0.5) * 0x1p-52
    }

    mutating func poisson(mean: Double) -> Double {
        guard mean > 0 else { return 0 }
        // There the noise is below the rounding of a float.
        guard mean < 1e15 else { return mean }
        return mean < 10 ? countUp(mean) : rejection(mean)
    }

    /// Inversion: the smallest `k` up to which the probabilities add up to a uniform number.
    private mutating func countUp(_ mean: Double) -> Double {
        let goal = next().0
        var (k, probability) = (0.0, exp(-mean))
        var sum = probability
        // Where rounding keeps the sum below the goal, the probabilities have long vanished.
        while sum < goal, k < 200 {
            k += 1
            probability *= mean / k
            sum += probability
        }
        return k
    }

    /// Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics and
    /// Economics 12, 1993, algorithm PTRS.
    private mutating func rejection(_ mean: Double) -> Double {
        let b = 0.931 + 2.53 * mean.squareRoot()
        let a = -0.059 + 0.02483 * b
        let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
        let squeeze = 0.9277 - 3.6224 / (b - 2)
        while true {
            let (first, v) = next()
            let u = first - 0.5
            let distance = 0.5 - abs(u)
            let k = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
            if distance >= 0.07, v <= squeeze { return k }
            if k < 0 || (distance < 0.013 && v > distance) { continue }
            let left = log(v) + log(inverseAlpha) - log(a / (distance * distance) + b)
            if left <= k * log(mean) - mean - lgamma(k + 1) { return k }
        }
    }
}
