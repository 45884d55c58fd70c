internal import GraphModel

/// The operators that a program knows, by the name they have in `.graph` files.
struct OperatorCatalog: Sendable {
    private var operators: [String: any Operator.Type] = [:]

    /// - Returns: why it cannot be added: another operator has its name. That one stays then.
    mutating func add(_ type: any Operator.Type) -> String? {
        if let known = operators[type.name] {
            guard known != type else { return nil }
            return "'\(type.name)' is the name of two operators, \(known) and \(type); give yours a name of its own"
        }
        operators[type.name] = type
        return nil
    }

    subscript(_ name: String) -> (any Operator.Type)? { operators[name] }

    var names: [String] { operators.keys.sorted() }
}

extension CodingUserInfoKey {
    /// The operators that may occur, an ``OperatorCatalog``.
    static var operators: CodingUserInfoKey { .named("graphrun.operators") }
}
