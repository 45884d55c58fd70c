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
            reason = "\"\(path.last ?? "")\" must be \(DecodingComplaint.described(type))"
        case DecodingError.valueNotFound(let type, let context):
            path = names(context.codingPath)
            reason = "\"\(path.last ?? "")\" must be \(DecodingComplaint.described(type)), not null"
        case DecodingError.dataCorrupted(let context) where context.underlyingError != nil:
            // Foundation's word for a number that does not fit, such as 2.5 for a whole one.
            path = names(context.codingPath)
            reason = "\"\(path.last ?? "")\" holds a number that cannot stand here"
        case DecodingError.dataCorrupted(let context):
            path = names(context.codingPath)
            reason = context.debugDescription
        case let unfit as UnfitValue:
            path = names(unfit.path)
            reason = "\"\(path.last ?? "")\" must be \(unfit.needed)"
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
    /// The line and reason in Foundation's words on a syntax error, which it places by line or by character.
    static func syntax(_ error: any Error, in text: String) -> (Int, String) {
        let reason = ((error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String) ?? "it cannot be read"
        func number(after word: String) -> Int? {
            reason.range(of: word).flatMap { Int(reason[$0.upperBound...].prefix(while: \.isNumber)) }
        }
        let newlines = number(after: "around character ").map { offset in
            text.utf8.prefix(offset).count { $0 == UInt8(ascii: "\n") }
        }
        let line = number(after: "around line ") ?? newlines.map { $0 + 1 } ?? 1
        let words = reason.replacing(" is not representable in Swift", with: " is larger than a number may be")
        return (line, words.split(separator: "\n").joined(separator: " "))
    }
}
