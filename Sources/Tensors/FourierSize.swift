/// Lengths that FFTW transforms fast.
package enum FourierSize {
    /// The length from `minimum` up that ``cost(_:)`` likes best, of `minimum` itself and the products of 2, 3, 5 and 7 up to
    /// twice that; of two equal ones the shorter.
    ///
    /// - Precondition: `minimum` is 1 or more and below 2⁴⁸, so that costs fit an integer.
    package static func best(atLeast minimum: Int) -> Int {
        var candidates: [Int] = []
        for sevens in powers(of: 7, upTo: 2 * minimum) {
            for fives in powers(of: 5, upTo: 2 * minimum / sevens) {
                for threes in powers(of: 3, upTo: 2 * minimum / (sevens * fives)) {
                    var length = sevens * fives * threes
                    while length < minimum { length *= 2 }
                    candidates.append(length)
                }
            }
        }
        var (best, lowest) = (minimum, cost(minimum))
        for length in candidates.sorted() {
            let cost = cost(length)
            if cost < lowest { (best, lowest) = (length, cost) }
        }
        return best
    }

    /// 1 and the powers of `base` up to `limit`.
    private static func powers(of base: Int, upTo limit: Int) -> [Int] {
        var powers = [1]
        while let last = powers.last, last <= limit / base { powers.append(last * base) }
        return powers
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
