/// The few Python literals that an `.npy` header is made of, as in
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, read from bytes that may be anything.
struct PythonDictionary {
    enum Value: Equatable {
        case string(String)
        case boolean(Bool)
        case tuple([Int])
    }

    enum Failure: Error, Equatable {
        /// `offset` counts bytes from the start of the dictionary.
        case malformed(expected: String, offset: Int)
        /// A list: the element type is a structure, which is not read.
        case list
    }

    private var entries: [String: Value] = [:]

    var keys: some Collection<String> { entries.keys }

    subscript(_ key: String) -> Value? { entries[key] }

    init(parsing bytes: ArraySlice<UInt8>) throws(Failure) {
        var scanner = LiteralScanner(bytes)
        try scanner.take("{")
        while !scanner.taken("}") {
            guard case .string(let key) = try scanner.value() else { throw scanner.malformed("a name in quotes") }
            try scanner.take(":")
            let value = try scanner.value()
            guard entries.updateValue(value, forKey: key) == nil else {
                throw scanner.malformed("a name other than \(quoted(key)) again before what is")
            }
            guard !scanner.taken("}") else { break }
            try scanner.take(",")
        }
        guard scanner.isAtEnd else { throw scanner.malformed("nothing more") }
    }
}

/// Reads one literal after another; spaces between them do not count.
private struct LiteralScanner {
    private var rest: ArraySlice<UInt8>
    private let start: Int

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
        start = bytes.startIndex
    }

    func malformed(_ expected: String) -> PythonDictionary.Failure {
        .malformed(expected: expected, offset: rest.startIndex - start)
    }

    var isAtEnd: Bool {
        mutating get {
            skipSpaces()
            return rest.isEmpty
        }
    }

    mutating func taken(_ mark: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func take(_ mark: Unicode.Scalar) throws(PythonDictionary.Failure) {
        guard taken(mark) else { throw malformed("'\(mark)'") }
    }

    mutating func value() throws(PythonDictionary.Failure) -> PythonDictionary.Value {
        skipSpaces()
        switch rest.first {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "("): return .tuple(try tuple())
        case UInt8(ascii: "["): throw .list
        default: return .boolean(try boolean())
        }
    }

    /// No escapes: none of the names and types that are read has any.
    private mutating func string() throws(PythonDictionary.Failure) -> String {
        let quote = rest.removeFirst()
        guard let end = rest.firstIndex(of: quote) else { throw malformed("a closing quote") }
        let text = String(decoding: rest[..<end], as: UTF8.self)
        rest = rest[(end + 1)...]
        return text
    }

    private mutating func boolean() throws(PythonDictionary.Failure) -> Bool {
        for (name, value) in [("True", true), ("False", false)] where rest.starts(with: name.utf8) {
            rest.removeFirst(name.utf8.count)
            return value
        }
        throw malformed("a value")
    }

    /// `()`, `(3,)`, `(3, 4)`, `(3, 4,)`; in Python `(3)` is no tuple.
    private mutating func tuple() throws(PythonDictionary.Failure) -> [Int] {
        try take("(")
        var numbers: [Int] = []
        while !taken(")") {
            numbers.append(try number())
            if taken(",") { continue }
            guard numbers.count > 1 else { throw malformed("','") }
            try take(")")
            break
        }
        return numbers
    }

    private mutating func number() throws(PythonDictionary.Failure) -> Int {
        let negative = taken("-")
        skipSpaces()
        var number = 0
        var digits = 0
        while let byte = rest.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw malformed("a smaller number") }
            number = sum
            digits += 1
            rest.removeFirst()
        }
        guard digits > 0 else { throw malformed("a whole number") }
        _ = rest.first == UInt8(ascii: "L") ? rest.removeFirst() : 0  // Python 2 wrote long integers as `3L`.
        return negative ? -number : number
    }

    private mutating func skipSpaces() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
}
