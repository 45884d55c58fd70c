internal import Foundation

/// `20` for 20.0, `0.05` for 0.05.
package func plain(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
}

/// A number with at most three digits, as a person writes it: `0.05`, `2.4`, `3.1e-3`.
package func brief(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return plain(value) }
    let parts = String(format: "%.2e", value).split(separator: "e")
    guard parts.count == 2, let digits = Double(parts[0]), let exponent = Int(parts[1]) else { return plain(value) }
    guard !(-2..<5).contains(exponent) else { return plain(Double("\(digits)e\(exponent)") ?? value) }
    return "\(plain(digits))e\(exponent)"
}
