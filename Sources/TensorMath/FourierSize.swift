/// Lengths that FFTW transforms fast.
package enum FourierSize {
    /// The length from `minimum` up, below twice it, that ``cost(_:)`` likes best; of two equal ones the shorter.
    ///
    /// - Precondition: `minimum` is 1 or more and below 2⁶¹.
    package static func best(atLeast minimum: Int) -> Int {
        var (best, lowest) = (minimum, cost(minimum))
        // Below the next power of two, whose cost per element nothing beats.
        var length = minimum
        while length.nonzeroBitCount > 1 {
            length += 1
            let cost = cost(length)
            if cost < lowest { (best, lowest) = (length, cost) }
        }
        return best
    }

    /// What a transform of this length costs, in arbitrary units: a fit to measured times of estimated plans.
    ///
    /// A power of two costs 10 an element, with or without one further factor of 3, 5 or 7; more of them cost passes that
    /// are slower than those of radix 2 and 4. For a larger prime FFTW has no code of its own and falls back to
    /// convolutions. Lengths with at most one factor of 2 fill no vector registers.
    package static func cost(_ length: Int) -> Int {
        var rest = length
        var odd = 0
        for radix in [3, 5, 7] {
            while rest.isMultiple(of: radix) {
                rest /= radix
                odd += 1
            }
        }
        var weight = odd < 2 ? 10 : 13 + odd
        let twos = rest.trailingZeroBitCount
        if twos < 2, length > 16 { weight += 6 }
        rest >>= twos
        var factor = 11
        while rest > 1 {
            if factor * factor > rest { factor = rest }
            while rest.isMultiple(of: factor) {
                rest /= factor
                weight += 2 * min(factor, 64)
            }
            factor += 2
        }
        return length * weight
    }
}
