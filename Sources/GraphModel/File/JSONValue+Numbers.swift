extension JSONValue {
    /// The numbers that are not whole, with their paths, for which alone `isUnfit` is true: with a whole one in the place of
    /// every other.
    func unfitNumbers(_ isUnfit: (JSONValue) -> Bool) -> [(path: [String], number: Double)] {
        // Whoever has so many of them in one part can do with one line.
        let numbers = numbers(at: []).prefix(100)
        return numbers.filter { own in isUnfit(replacingNumbers(but: own.path, at: [])) }
    }

    private func numbers(at path: [String]) -> [(path: [String], number: Double)] {
        switch self {
        case .number(let number): [(path, number)]
        case .array(let values): values.enumerated().flatMap { $1.numbers(at: path + ["\($0)"]) }
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { $1.numbers(at: path + [$0]) }
        case .null, .bool, .integer, .string: []
        }
    }

    private func replacingNumbers(but kept: [String], at path: [String]) -> JSONValue {
        switch self {
        case .number: path == kept ? self : .integer(1)
        case .array(let values):
            .array(values.enumerated().map { $1.replacingNumbers(but: kept, at: path + ["\($0)"]) })
        case .object(let members):
            .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { ($0, $1.replacingNumbers(but: kept, at: path + [$0])) }))
        case .null, .bool, .integer, .string: self
        }
    }
}
