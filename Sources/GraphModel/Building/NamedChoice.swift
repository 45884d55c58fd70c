/// A choice among a few names. In a file, a name that is none of them is an error that lists them.
public protocol NamedChoice: RawRepresentable<String>, CaseIterable, Codable {}

extension NamedChoice {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let choice = Self(rawValue: text) else {
            throw UnfitValue(path: decoder.codingPath, needed: listOfNames(Self.self))
        }
        self = choice
    }
}

/// `one of paste, blend, exact`
package func listOfNames<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> String {
    "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
}

/// A value that is JSON, but not one that can stand where it does.
package struct UnfitValue: Error {
    let path: [any CodingKey]
    /// What can: `a whole number`.
    let needed: String

    package init(path: [any CodingKey], needed: String) {
        self.path = path
        self.needed = needed
    }
}
