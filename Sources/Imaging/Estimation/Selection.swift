/// Values by their rank among all, found exactly and without sorting.
package enum Selection {
    /// The magnitude of rank `rank` among the magnitudes of `values`, from 0 for the smallest; NaN ranks above infinity.
    ///
    /// The bits of magnitudes are ordered as the magnitudes are: their upper halves are counted, then the lower halves of those
    /// whose upper half has the rank.
    ///
    /// - Precondition: `rank` is below the number of values.
    package static func magnitude(_ values: UnsafeBufferPointer<Float>, rank: Int) -> Float {
        precondition(values.indices.contains(rank), "rank \(rank) of \(values.count) values")
        var (upper, rest) = (0, rank)
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: 1 << 16) { counts in
            counts.initialize(repeating: 0)
            for value in values { counts[Int((value.bitPattern & 0x7FFF_FFFF) >> 16)] += 1 }
            while rest >= counts[upper] {
                rest -= counts[upper]
                upper += 1
            }
            counts.update(repeating: 0)
            for value in values {
                let bits = value.bitPattern & 0x7FFF_FFFF
                if Int(bits >> 16) == upper { counts[Int(bits & 0xFFFF)] += 1 }
            }
            var lower = 0
            while rest >= counts[lower] {
                rest -= counts[lower]
                lower += 1
            }
            return Float(bitPattern: UInt32(upper << 16 | lower))
        }
    }

    /// The magnitude below which `percent` of the magnitudes are, between two of them in proportion (NumPy's `linear`); 50 is
    /// the median.
    ///
    /// - Precondition: there is a value, and `percent` is from 0 to 100.
    package static func percentile(_ values: UnsafeBufferPointer<Float>, _ percent: Double) -> Double {
        let position = Double(values.count - 1) * percent / 100
        let rank = min(Int(position), values.count - 1)
        let low = Double(magnitude(values, rank: rank))
        let part = position - Double(rank)
        guard part > 0, rank + 1 < values.count else { return low }
        return low + part * (Double(magnitude(values, rank: rank + 1)) - low)
    }
}
