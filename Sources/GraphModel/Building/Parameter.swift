/// The value of a parameter: what `--set NAME=VALUE` gives.
public enum ParameterValue: Hashable, Sendable, Codable, CustomStringConvertible {
    case integer(Int)
    case number(Double)
    case text(String)

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        }
    }

    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): value
        }
    }
}

extension ParameterValue {
    /// The number, rounded where no `Double` holds a whole number exactly: good enough to hold against a range.
    fileprivate var magnitude: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        case .text: nil
        }
    }
}

/// A Swift type that a parameter can have.
public protocol ParameterType: Codable, Hashable, Sendable {
    /// What it is, in words: `a whole number`.
    static var described: String { get }
    init?(_ value: ParameterValue)
    var parameterValue: ParameterValue { get }
}

extension Int: ParameterType {
    public static var described: String { "a whole number" }

    public init?(_ value: ParameterValue) {
        guard case .integer(let integer) = value else { return nil }
        self = integer
    }

    public var parameterValue: ParameterValue { .integer(self) }
}

extension Double: ParameterType {
    public static var described: String { "a number" }

    public init?(_ value: ParameterValue) {
        switch value {
        case .integer(let integer): self.init(exactly: integer)
        case .number(let number): self = number
        case .text: return nil
        }
    }

    public var parameterValue: ParameterValue { .number(self) }
}

extension String: ParameterType {
    public static var described: String { "a text" }

    public init?(_ value: ParameterValue) {
        guard case .text(let text) = value else { return nil }
        self = text
    }

    public var parameterValue: ParameterValue { .text(self) }
}

extension ParameterType where Self: RawRepresentable & CaseIterable, RawValue == String {
    public static var described: String { listOfNames(Self.self) }

    public init?(_ value: ParameterValue) {
        guard case .text(let text) = value else { return nil }
        self.init(rawValue: text)
    }

    public var parameterValue: ParameterValue { .text(rawValue) }
}

/// A named value that a run may override with `--set`, with all that is needed to check it.
public struct Parameter: Hashable, Sendable, Codable {
    /// What sort of value a parameter takes.
    public enum Sort: String, Hashable, Sendable, NamedChoice {
        case integer
        case number
        case text
        /// A file; a relative one counts from the graph file's folder, or on the command line from the current one.
        case path
        /// A ``ValueRange``, as text.
        case range
    }

    /// What `--set` calls it.
    public let name: String
    /// What sort of value it takes.
    public let sort: Sort
    /// The value in force.
    public let value: ParameterValue
    /// Smallest and largest value allowed, of an integer or number.
    public let minimum: Double?
    /// Largest value allowed, of an integer or number.
    public let maximum: Double?
    /// The values allowed, of a text.
    public let choices: [String]?
    /// The unit, such as `pixels`.
    public let unit: String?
    /// What it does, in a line.
    public let help: String

    /// A parameter with its default value, and what others are allowed.
    public init(
        _ name: String, _ sort: Sort, _ value: ParameterValue, range: ClosedRange<Double>? = nil,
        choices: [String]? = nil, unit: String? = nil, help: String = ""
    ) {
        self.init(
            name: name, sort: sort, value: value, minimum: range?.lowerBound, maximum: range?.upperBound,
            choices: choices, unit: unit, help: help)
    }

    private init(
        name: String, sort: Sort, value: ParameterValue, minimum: Double?, maximum: Double?, choices: [String]?,
        unit: String?, help: String
    ) {
        self.name = name
        self.sort = sort
        self.value = value
        self.minimum = minimum
        self.maximum = maximum
        self.choices = choices
        self.unit = unit
        self.help = help
    }

    /// The same parameter with another value.
    func with(_ value: ParameterValue) -> Parameter {
        Parameter(
            name: name, sort: sort, value: value, minimum: minimum, maximum: maximum, choices: choices, unit: unit,
            help: help)
    }

    /// The value that `text` stands for, checked.
    ///
    /// - Throws: ``GraphError/rule(_:)`` that says what is allowed.
    public func parse(_ text: String) throws(GraphError) -> ParameterValue {
        let parsed: ParameterValue? =
            switch sort {
            case .integer: Int(text).map { .integer($0) }
            case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
            case .text, .path: .text(text)
            case .range: ValueRange(text).map(\.parameterValue)
            }
        guard let parsed else {
            throw .rule("parameter '\(name)' takes \(sort.article), not '\(text)'")
        }
        if let problem = problem(with: parsed) { throw .rule(problem) }
        return parsed
    }

    /// What is wrong with a value for this parameter, if anything.
    func problem(with value: ParameterValue) -> String? {
        switch (sort, value) {
        case (.integer, .integer), (.number, .number), (.number, .integer), (.text, .text), (.path, .text): break
        case (.range, .text(let text)) where ValueRange(text) != nil: break
        default: return "parameter '\(name)' takes \(sort.article), not '\(value)'"
        }
        if let number = value.magnitude {
            let least = minimum ?? -.infinity
            let most = maximum ?? .infinity
            guard number >= least, number <= most else {
                return "parameter '\(name)' is \(value); it must be between \(plain(least)) and \(plain(most))"
                    + (unit.map { " (\($0))" } ?? "")
            }
        }
        if let choices, case .text(let text) = value, !choices.contains(text) {
            return "parameter '\(name)' is '\(text)'; it must be one of \(choices.joined(separator: ", "))"
        }
        return nil
    }
}

extension Parameter.Sort {
    fileprivate var article: String {
        switch self {
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .path: "a path"
        case .range: ValueRange.described
        }
    }
}

/// What `--set NAME=VALUE` gave: texts, by the name of a parameter.
public struct Overrides: Sendable, ExpressibleByDictionaryLiteral {
    /// The texts given, by the name of a parameter.
    public let texts: [String: String]
    /// Values that parameters have from elsewhere, such as an earlier run: `texts` go first. Those that the graph does
    /// not know, or no longer allows, count for nothing.
    public let inherited: [String: String]
    private let rebase: @Sendable (String) -> String

    /// - Parameters:
    ///   - texts: What somebody typed.
    ///   - inherited: Values as they stand in the graph's file; paths among them are not rebased.
    ///   - rebase: Makes a path that somebody typed one that means the same in the graph's file.
    public init(
        _ texts: [String: String], inherited: [String: String] = [:],
        rebase: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.texts = texts
        self.inherited = inherited
        self.rebase = rebase
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }

    /// The text given for a parameter, if one was.
    func text(for parameter: Parameter) -> String? {
        guard let text = texts[parameter.name] else { return nil }
        return parameter.sort == .path && !text.isEmpty ? rebase(text) : text
    }

    /// The parameter with the value it inherits, if it does.
    func inheriting(_ parameter: Parameter) -> Parameter {
        guard let text = inherited[parameter.name], let value = try? parameter.parse(text) else { return parameter }
        return parameter.with(value)
    }
}
