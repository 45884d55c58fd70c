internal import ArgumentParser

/// A number as it was typed for an option, so that whatever is wrong with it is said with the option and what it takes.
///
/// Such options are declared with `parsing: .unconditional`: a negative number would be taken for an option of its own.
struct GivenNumber<Value: LosslessStringConvertible & Comparable & Sendable>: ExpressibleByArgument, Sendable {
    let text: String

    init(argument: String) {
        text = argument
    }

    init(_ value: Value) {
        text = "\(value)"
    }

    var defaultValueDescription: String { text }

    /// - Parameters:
    ///   - option: Its name, for messages.
    ///   - needed: What it takes, such as `a whole number from 1 to 1024`.
    /// - Throws: ``Failure`` where this is no number of the range.
    func value(of option: String, in range: ClosedRange<Value>, _ needed: String) throws -> Value {
        guard let value = Value(text), range.contains(value) else {
            throw Failure.usage("\(option) \(text): give \(needed)")
        }
        return value
    }
}

extension GivenNumber<Int> {
    /// - Throws: ``Failure`` where this is no whole number of the range.
    func value(of option: String, in range: ClosedRange<Int>) throws -> Int {
        try value(of: option, in: range, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
}
