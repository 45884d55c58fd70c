internal import Foundation

/// One axis of a plot: what range it shows, and the round numbers it names.
package struct Axis: Equatable, Sendable {
    package struct Tick: Equatable, Sendable {
        package let value: Double
        package let label: String
    }

    /// Ends of the axis; logarithms where it is logarithmic.
    package let low: Double
    package let high: Double
    package let isLogarithmic: Bool
    package let ticks: [Tick]

    /// Where a value lies: 0 at the low end, 1 at the high one; `nil` if it cannot be shown.
    package func position(_ value: Double) -> Double? {
        let coordinate = isLogarithmic ? log10(value) : value
        guard coordinate.isFinite else { return nil }
        let position = (coordinate - low) / (high - low)
        // A value at an end may come out beside it by rounding.
        guard -1e-9...1 + 1e-9 ~= position else { return nil }
        return min(max(position, 0), 1)
    }

    /// An axis over the values, from one round number to another; `nil` if none of them can be shown. Numbers beyond
    /// ±10⁹ are left out.
    ///
    /// - Parameter span: the shortest range worth showing; equal values lie in the middle of it.
    package static func linear(_ values: [Double], span: Double) -> Axis? {
        let shown = values.filter { abs($0) <= 1e9 }
        guard var low = shown.min(), var high = shown.max() else { return nil }
        let missing = max(span, 1e-6 * abs(low)) - (high - low)
        if missing > 0 {
            low -= missing / 2
            high += missing / 2
        }
        let step = roundStep(high - low, parts: 7)
        let (first, last) = (Int((low / step).rounded(.down)), Int((high / step).rounded(.up)))
        let places = max(0, -Int(log10(step).rounded(.down)))
        let ticks = (first...last).map { multiple in
            let value = Double(multiple) * step
            return Tick(value: value, label: decimal(value, places: places))
        }
        return Axis(low: Double(first) * step, high: Double(last) * step, isLogarithmic: false, ticks: ticks)
    }

    /// A logarithmic axis over those values that have a logarithm; `nil` if none has.
    package static func logarithmic(_ values: [Double]) -> Axis? {
        let shown = values.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
        guard let least = shown.min(), let most = shown.max() else { return nil }
        // Over several decades the powers of ten are named, over fewer also their 2- and 5-fold.
        let steps: [Double] = most - least > 2.5 ? [1] : [1, 2, 5]
        let decades = (Int(least.rounded(.down)) - 1)...(Int(most.rounded(.up)) + 1)
        let candidates = decades.flatMap { decade in steps.map { (decade: decade, step: $0) } }
        let slack = 1e-9
        var first = candidates.lastIndex { Double($0.decade) + log10($0.step) <= least + slack } ?? 0
        var last = candidates.firstIndex { Double($0.decade) + log10($0.step) >= most - slack } ?? candidates.count - 1
        if first == last {
            // All values are one round number. Not in the middle, where equal values on the other axis would hide them;
            // there is a decade of candidates on either side.
            first -= 1
            last += 2
        }
        let stride = (last - first) / 8 + 1
        let ticks = Swift.stride(from: first, through: last, by: stride).map { index in
            let (decade, step) = candidates[index]
            return Tick(value: step * pow(10, Double(decade)), label: power(step, decade))
        }
        let (low, high) = (candidates[first], candidates[last])
        return Axis(
            low: Double(low.decade) + log10(low.step), high: Double(high.decade) + log10(high.step),
            isLogarithmic: true, ticks: ticks)
    }

    /// The axis of iterations 1 to `count`, named at whole round numbers.
    package static func iterations(_ count: Int) -> Axis {
        let step = max(1, Int(roundStep(Double(max(count - 1, 1)), parts: 10)))
        let rounds = stride(from: step, through: max(count, 1), by: step).filter { $0 != 1 && $0 - 1 >= (step + 1) / 2 }
        let ticks = ([1] + rounds).map { Tick(value: Double($0), label: String($0)) }
        // A single iteration stands in the middle.
        return count > 1
            ? Axis(low: 1, high: Double(count), isLogarithmic: false, ticks: ticks)
            : Axis(low: 0.5, high: 1.5, isLogarithmic: false, ticks: ticks)
    }

    /// The smallest of 1, 2 and 5 times a power of ten that cuts `range` into at most `parts`.
    private static func roundStep(_ range: Double, parts: Double) -> Double {
        let power = pow(10, log10(range / parts).rounded(.down))
        for factor in [1.0, 2, 5] where factor * power * parts >= range { return factor * power }
        return 10 * power
    }

    /// `2·10⁻³`
    private static func power(_ step: Double, _ decade: Int) -> String {
        let digits: [Character: Character] = [
            "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
            "9": "⁹",
        ]
        let exponent = String(String(decade).map { digits[$0] ?? $0 })
        return (step == 1 ? "" : "\(Int(step))·") + "10" + exponent
    }
}

/// A number with so many digits after the point.
func decimal(_ value: Double, places: Int) -> String {
    // Adding 0 turns -0 into 0.
    String(format: "%.\(places)f", value + 0)
}
