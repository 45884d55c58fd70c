internal import Foundation

/// A number with so many decimals.
func decimals(_ value: Double, _ count: Int) -> String {
    String(format: "%.\(count)f", value)
}

/// One digit and a power of ten, such as `3e-07`.
func scientific(_ value: Float) -> String {
    String(format: "%.0e", value)
}

extension Samples {
    /// The median with its range in brackets, such as `12.3 (12.0–14.1)`; a dash where nothing was timed.
    func text(scale: Double = 1, _ digits: Int) -> String {
        guard let median, let least = seconds.min(), let most = seconds.max() else { return "–" }
        return "\(decimals(median * scale, digits)) "
            + "(\(decimals(least * scale, digits))–\(decimals(most * scale, digits)))"
    }
}

extension Ratio {
    /// Such as `3.42 (3.10–3.60)`.
    var text: String {
        "\(decimals(median, 2)) (\(decimals(lowest, 2))–\(decimals(highest, 2)))"
    }
}
