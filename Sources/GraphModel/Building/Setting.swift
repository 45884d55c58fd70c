/// A value in a kind: written there, or taken from a parameter of the graph so that `--set` can change it.
public struct Setting<Value: ParameterType>: Hashable, Sendable {
    /// The value in force.
    public let value: Value
    /// The parameter it comes from, if it does.
    public let parameter: String?

    /// - Parameters:
    ///   - value: The value in force.
    ///   - parameter: The parameter that it comes from, if it does.
    public init(_ value: Value, parameter: String? = nil) {
        self.value = value
        self.parameter = parameter
    }
}

extension CodingUserInfoKey {
    /// Values of the graph's parameters, `[String: ParameterValue]`, while its nodes are decoded.
    static var parameterValues: CodingUserInfoKey { named("graphrun.parameters") }

    package static func named(_ name: String) -> CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: name) else {
            preconditionFailure("a constant key")  // The initialiser never fails on a text.
        }
        return key
    }
}

/// A setting that names a parameter which cannot give it a value.
struct ParameterMisuse: Error {
    let parameter: String
    let path: [any CodingKey]
    let reason: String
}

extension Setting: Codable {
    private enum Key: String, CodingKey {
        case parameter
        case value
    }

    public init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: Key.self) else {
            // By way of any parameter value, so that one of another sort is told apart from one that is no JSON.
            let given = try? decoder.singleValueContainer().decode(ParameterValue.self)
            guard let value = given.flatMap({ Value($0) }) else {
                throw UnfitValue(path: decoder.codingPath, needed: Value.described)
            }
            self.init(value)
            return
        }
        let name = try container.decode(String.self, forKey: .parameter)
        if decoder.userInfo[.isApartFromGraph] != nil {
            self.init(try container.decode(Value.self, forKey: .value), parameter: name)
            return
        }
        let known = decoder.userInfo[.parameterValues] as? [String: ParameterValue] ?? [:]
        guard let given = known[name] else {
            throw ParameterMisuse(
                parameter: name, path: decoder.codingPath,
                reason: "parameter '\(name)' is not declared; declare it under \"parameters\"")
        }
        guard let value = Value(given) else {
            throw ParameterMisuse(
                parameter: name, path: decoder.codingPath,
                reason: "parameter '\(name)' is '\(given)', but must be \(Value.described) here")
        }
        self.init(value, parameter: name)
    }

    public func encode(to encoder: any Encoder) throws {
        guard let parameter else {
            var container = encoder.singleValueContainer()
            try container.encode(value)
            return
        }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(parameter, forKey: .parameter)
        if encoder.userInfo[.isApartFromGraph] != nil { try container.encode(value, forKey: .value) }
    }
}

extension Setting: ExpressibleByIntegerLiteral where Value: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Value.IntegerLiteralType) { self.init(Value(integerLiteral: value)) }
}

extension Setting: ExpressibleByFloatLiteral where Value: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Value.FloatLiteralType) { self.init(Value(floatLiteral: value)) }
}

extension Setting: ExpressibleByUnicodeScalarLiteral where Value == String {
    public init(unicodeScalarLiteral value: String) { self.init(value) }
}

extension Setting: ExpressibleByExtendedGraphemeClusterLiteral where Value == String {
    public init(extendedGraphemeClusterLiteral value: String) { self.init(value) }
}

extension Setting: ExpressibleByStringLiteral where Value == String {
    public init(stringLiteral value: String) { self.init(value) }
}
