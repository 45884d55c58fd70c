internal import Glibc
public import GraphModel

/// How a number goes from one iteration to the next; iterations count from 1.
///
/// In a file it is an object with one key: `{ "list": { "values": [0.3, 0.2, 0.1] } }`.
public enum Course: Hashable, Sendable, Codable {
    /// One number for each iteration; a loop that is longer is refused.
    case list(values: [Double])
    /// `first · (last / first)^((k − 1) / (count − 1))`, evenly spaced in the logarithm, and `last` from iteration `count` on.
    case logarithmic(first: Setting<Double>, last: Setting<Double>, count: Setting<Int>)
    /// `first · ratio^(k − 1)`.
    case geometric(first: Setting<Double>, ratio: Setting<Double>)
    /// `(k + a − 2) / (k + a − 1)`: deepinv's momentum, 2/3, 3/4, 4/5, … for a = 3.
    ///
    /// Close to Chambolle and Dossal (2015), whose sequence is `(k − 1) / (k + a − 1)`.
    case momentum(a: Setting<Double>)
    /// `(t_k − 1) / t_{k+1}` with `t_1 = 1`, `t_{k+1} = (1 + √(1 + 4 t_k²)) / 2` (Beck and Teboulle 2009, equation 4.2).
    case beckTeboulle

    private enum CodingKeys: String, CodingKey {
        case list, logarithmic, geometric, momentum
        case beckTeboulle = "beck-teboulle"
    }

    /// The number of iteration `k`, from 1.
    package func value(at k: Int) -> Double {
        switch self {
        case .list(let values): return values.isEmpty ? 0 : values[min(max(k, 1), values.count) - 1]
        case .logarithmic(let first, let last, let count):
            guard count.value > 1, k < count.value else { return last.value }
            let part = Double(max(k, 1) - 1) / Double(count.value - 1)
            return first.value * pow(last.value / first.value, part)
        case .geometric(let first, let ratio): return first.value * pow(ratio.value, Double(max(k, 1) - 1))
        case .momentum(let a): return (Double(k) + a.value - 2) / (Double(k) + a.value - 1)
        case .beckTeboulle:
            var t = 1.0
            // It is k / 2 + 1 to within a logarithm of k, which no longer shows in the quotient.
            guard k <= Course.longestRecursion else { return Double(k - 1) / Double(k + 2) }
            for _ in 1..<max(k, 1) { t = (1 + (1 + 4 * t * t).squareRoot()) / 2 }
            let next = (1 + (1 + 4 * t * t).squareRoot()) / 2
            return (t - 1) / next
        }
    }

    /// Beyond it `(t_k − 1) / t_{k+1}` is 1 to within float32's rounding of the difference.
    private static let longestRecursion = 1 << 16

    /// For how many iterations there are numbers; `nil` for any number of them.
    package var length: Int? {
        guard case .list(let values) = self else { return nil }
        return values.count
    }

    /// - Throws: ``GraphError/rule(_:)`` where it does not yield a number for every iteration.
    func check() throws(GraphError) {
        switch self {
        case .list(let values):
            guard !values.isEmpty else { throw .rule("its list has no values; give one for each iteration") }
            guard values.allSatisfy({ Float($0).isFinite }) else {
                throw .rule("its list has a value that float32 does not hold")
            }
        case .logarithmic(let first, let last, let count):
            guard first.value > 0, last.value > 0, Float(first.value).isFinite, Float(last.value).isFinite else {
                throw .rule(
                    "'first' and 'last' are \(plain(first.value)) and \(plain(last.value)); both must be above 0")
            }
            guard count.value >= 1 else { throw .rule("'count' is \(count.value); it must be 1 or more") }
        case .geometric(let first, let ratio):
            guard Float(first.value).isFinite, ratio.value >= 0, ratio.value <= 1 else {
                throw .rule("'ratio' is \(plain(ratio.value)); it must be from 0 to 1, and 'first' finite")
            }
        case .momentum(let a):
            guard a.value >= 1, a.value.isFinite else { throw .rule("'a' is \(plain(a.value)); it must be 1 or more") }
        case .beckTeboulle: break
        }
    }

    /// How a picture of the graph shows it.
    var label: String {
        switch self {
        case .list(let values):
            values.count <= 3
                ? values.map { plain($0) }.joined(separator: ", ")
                : "\(plain(values[0])), …, \(plain(values[values.count - 1]))"
        case .logarithmic(let first, let last, let count):
            "\(brief(first.value)) to \(brief(last.value)) in \(count.value)"
        case .geometric(let first, let ratio): "\(plain(first.value)) · \(plain(ratio.value))ᵏ"
        case .momentum(let a): "(k + \(plain(a.value - 2))) / (k + \(plain(a.value - 1)))"
        case .beckTeboulle: "Beck and Teboulle"
        }
    }
}
