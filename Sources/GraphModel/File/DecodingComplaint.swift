internal import Foundation

/// What Foundation's decoder has against a value, in words for the author of a file.
struct DecodingComplaint {
    /// Where it stands: keys, and indices as texts.
    let path: [String]
    let reason: String

    /// - Parameters:
    ///   - error: What the decoder threw.
    ///   - outer: Where the value stands that it was given.
    ///   - isWrapped: Whether it was given as the only entry of a list.
    init(_ error: any Error, at outer: [String] = [], isWrapped: Bool = false) {
        func names(_ path: [any CodingKey]) -> [String] {
            let inner = path.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
            return outer + inner.dropFirst(isWrapped ? 1 : 0)
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            path = names(context.codingPath)
            reason = "\"\(key.stringValue)\" is missing"
        case DecodingError.typeMismatch(let type, let context):
            path = names(context.codingPath)
            reason = "\(DecodingComplaint.name(path)) must be \(DecodingComplaint.described(type))"
        case DecodingError.valueNotFound(let type, let context):
            path = names(context.codingPath)
            reason = "\(DecodingComplaint.name(path)) must be \(DecodingComplaint.described(type)), not null"
        case DecodingError.dataCorrupted(let context) where context.underlyingError != nil:
            // Foundation's word for a number that does not fit, such as 2.5 for a whole one.
            path = names(context.codingPath)
            reason = "\(DecodingComplaint.name(path)) holds a number that cannot stand here"
        case DecodingError.dataCorrupted(let context):
            path = names(context.codingPath)
            reason = context.debugDescription
        case let unfit as UnfitValue:
            path = names(unfit.path)
            reason = "\(DecodingComplaint.name(path)) must be \(unfit.needed)"
        case let misuse as ParameterMisuse:
            path = names(misuse.path)
            reason = misuse.reason
        case is EncodingError:
            // The reader writes a part again to hand it to the decoder; its own text would be the whole part.
            path = outer
            reason = "\"\(path.last ?? "")\" nests too deeply"
        default:
            path = outer
            reason = "\(error)"
        }
    }

    /// A value by its key, or by its place in the list that has one.
    static func name(_ path: [String]) -> String {
        guard let last = path.last else { return "the file" }
        guard Int(last) != nil, let list = path.dropLast().last(where: { Int($0) == nil }) else { return "\"\(last)\"" }
        return "an entry of \"\(list)\""
    }

    private static func described(_ type: any Any.Type) -> String {
        switch type {
        case is Int.Type: "a whole number"
        case is Double.Type: "a number"
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is [Any].Type: "a list"
        case is [String: Any].Type: "an object"
        default: "of another form"
        }
    }
}

extension DecodingComplaint {
    /// The line and reason of what is no JSON, or of a number that is too large for it; Foundation places it by line or by
    /// character.
    static func syntax(_ error: any Error, in text: String) -> (line: Int, reason: String) {
        let reason = ((error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String) ?? "it cannot be read"
        func newlines(before offset: Int) -> Int {
            text.utf8.prefix(offset).count { $0 == UInt8(ascii: "\n") }
        }
        if let found = reason.firstMatch(of: #/Number (\S+) is not representable/#) {
            // Foundation does not say where.
            let offset = text.range(of: String(found.1)).map {
                text.utf8.distance(from: text.startIndex, to: $0.lowerBound)
            }
            return (newlines(before: offset ?? 0) + 1, "the number \(found.1) is larger than a number may be")
        }
        func number(after word: String) -> Int? {
            reason.range(of: word).flatMap { Int(reason[$0.upperBound...].prefix(while: \.isNumber)) }
        }
        let line = number(after: "around line ") ?? (number(after: "around character ").map(newlines) ?? 0) + 1
        let words = reason.split(separator: "\n").joined(separator: " ")
            .replacing(#/ around (line \d+, column \d+|character \d+)\.?/#, with: "")
        return (line, "this is no valid JSON: \(words)")
    }
}
