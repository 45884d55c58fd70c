internal import Foundation
package import Tensors

/// Random values that are a function of (seed, node, instance, iteration, index of the element) alone: the same on every
/// worker, for any placement, and after a restart.
///
/// ``Philox``'s 64-bit key is `seed XOR node` (low word first). Its counter's words are: the number of the block of four
/// elements, low and high word; the instance; the iteration.
package enum CounterRandom {
    /// What random values are a function of, beside the element's index.
    package struct Key {
        let seed: UInt64
        let node: UInt64
        let instance: Int
        let iteration: Int

        /// - Parameters:
        ///   - seed: the run's.
        ///   - node: ``CounterRandom/hash(_:)`` of the node's name.
        ///   - instance: index on the node's axis.
        package init(seed: UInt64, node: UInt64, instance: Int = 0, iteration: Int = 0) {
            self.seed = seed
            self.node = node
            self.instance = instance
            self.iteration = iteration
        }

        /// Block `number` of four random words.
        func block(_ number: UInt64) -> SIMD4<UInt32> {
            let mixed = seed ^ node
            return Philox.block(
                counter: SIMD4(
                    UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32),
                    UInt32(truncatingIfNeeded: instance), UInt32(truncatingIfNeeded: iteration)),
                key: SIMD2(UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32)))
        }
    }

    /// Fills `values` with independent standard Gaussian numbers (mean 0, variance 1).
    ///
    /// Box and Muller (1958): each pair of 32-bit words becomes a pair of numbers, computed in double precision. Complex
    /// elements are two independent numbers.
    ///
    /// - Parameters: as of ``Key/init(seed:node:instance:iteration:)``.
    package static func gaussian(
        into values: MutableTensorView, seed: UInt64, node: UInt64, instance: Int = 0, iteration: Int = 0
    ) {
        let key = Key(seed: seed, node: node, instance: instance, iteration: iteration)
        fill(values, key) { words in
            let (a, b) = gaussianPair(words[0], words[1])
            let (c, d) = gaussianPair(words[2], words[3])
            return SIMD4(a, b, c, d)
        }
    }

    /// Fills `values` with independent numbers drawn evenly from -1 to 1, both excluded.
    ///
    /// - Parameters: as of ``Key/init(seed:node:instance:iteration:)``.
    package static func uniform(
        into values: MutableTensorView, seed: UInt64, node: UInt64, instance: Int = 0, iteration: Int = 0
    ) {
        let key = Key(seed: seed, node: node, instance: instance, iteration: iteration)
        fill(values, key) { words in
            // The upper 24 bits, so that a float holds the value exactly.
            SIMD4<Float>(words &>> 8) * 0x1p-23 + (0x1p-24 - 1)
        }
    }

    /// Fills `values` four at a time with what `transform` makes of a block of random words.
    @inline(__always)
    private static func fill(
        _ values: MutableTensorView, _ key: Key, _ transform: (SIMD4<UInt32>) -> SIMD4<Float>
    ) {
        let count = values.floats.count
        for first in stride(from: 0, to: count, by: 4) {
            let block = transform(key.block(UInt64(first / 4)))
            for i in 0..<min(4, count - first) { values.floats[first + i] = block[i] }
        }
    }

    /// A hash of a node's name that never changes: FNV-1a (Fowler, Noll, Vo), 64 bits.
    package static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    private static func gaussianPair(_ u: UInt32, _ v: UInt32) -> (Float, Float) {
        // In (0, 1), so that the logarithm is finite.
        let radius = (-2 * log((Double(u) + 0.5) * 0x1p-32)).squareRoot()
        let angle = 2 * Double.pi * Double(v) * 0x1p-32
        return (Float(radius * cos(angle)), Float(radius * sin(angle)))
    }
}
