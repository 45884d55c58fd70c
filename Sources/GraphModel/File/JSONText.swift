internal import Foundation

/// JSON that any reader takes: numbers that it lacks, infinite ones and what is no number, are `null`.
package enum JSONText {
    /// - Parameter isPretty: Whether it stands on lines that a person can read, instead of one.
    /// - Throws: what Foundation's encoder throws.
    package static func encode(_ value: some Encodable, isPretty: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        // The encoder writes a text in their place, or fails: one that nobody else writes, so that it can be found again.
        let mark = UUID().uuidString
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: mark, negativeInfinity: mark, nan: mark)
        return String(decoding: try encoder.encode(value), as: UTF8.self).replacing("\"\(mark)\"", with: "null")
    }
}
