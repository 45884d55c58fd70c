/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011 (Random123): four 32-bit words, a function of counter and key alone.
package enum Philox {
    /// The block of random words for one counter and key.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (words, key) = (counter, key)
        for round in 0..<10 {
            if round > 0 { key &+= weyl }
            let (high0, low0) = product(0xD251_1F53, words[0])
            let (high1, low1) = product(0xCD9E_8D57, words[2])
            words = SIMD4(high1 ^ words[1] ^ key[0], low1, high0 ^ words[3] ^ key[1], low0)
        }
        return words
    }

    /// What the key grows by between rounds: the golden ratio and √3 − 1.
    private static let weyl = SIMD2<UInt32>(0x9E37_79B9, 0xBB67_AE85)

    private static func product(_ a: UInt32, _ b: UInt32) -> (high: UInt32, low: UInt32) {
        let product = UInt64(a) * UInt64(b)
        return (UInt32(truncatingIfNeeded: product >> 32), UInt32(truncatingIfNeeded: product))
    }
}
