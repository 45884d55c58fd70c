public import GraphModel
public import Imaging
public import Tensors

/// Any operator as a setting of a kind. In a file it is an object with one key, the operator's name:
/// `{ "blur": { "kernels": […], "padding": "circular" } }`.
public struct AnyOperator: Sendable {
    /// The operator itself.
    public let base: any Operator

    /// An operator as a setting.
    public init(_ base: any Operator) {
        self.base = base
    }
}

extension AnyOperator {
    /// Type of `A x`; see ``Operator/range(of:_:)``.
    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try context.types.type(of: Question(operator: self, type: domain, isOfDomain: false)) { () throws(GraphError) in
            try base.range(of: domain, context)
        }
    }

    /// Type of `Aᴴ y`; see ``Operator/domain(of:_:)``.
    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try context.types.type(of: Question(operator: self, type: range, isOfDomain: true)) { () throws(GraphError) in
            try base.domain(of: range, context)
        }
    }

    /// What is asked once for an instance, however deep in others an operator stands.
    private struct Question: Hashable, Sendable {
        let `operator`: AnyOperator
        let type: TensorType
        let isOfDomain: Bool
    }

    /// Type of `Aᴴ y`, from which `A` leads back to that of `y`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none.
    func checkedDomain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        let domain = try domain(of: range, context)
        let found = try self.range(of: domain, context)
        guard found == range else {
            throw .rule("no image is measured as \(range): one of \(domain) is measured as \(found)")
        }
        return domain
    }

    /// See ``Operator/traits(_:_:)``.
    public func traits(_ domain: TensorType, _ context: NodeContext) -> OperatorTraits { base.traits(domain, context) }

    /// What `A x`, or `Aᴴ y`, costs; see ``Operator/cost(_:_:)``.
    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        try base.cost(domain, context)
    }

    /// The map of one instance; see ``Operator/make(_:_:)``.
    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        try base.make(domain, context)
    }
}

extension AnyOperator: Hashable {
    public static func == (left: AnyOperator, right: AnyOperator) -> Bool {
        AnyHashable(left.base) == AnyHashable(right.base)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(type(of: base).name)
        hasher.combine(AnyHashable(base))
    }
}

extension AnyOperator: Codable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Operators of operators: what is asked of one is asked of its parts, some of it twice.
    private static let deepest = 16

    public init(from decoder: any Decoder) throws {
        let known = decoder.userInfo[.operators] as? OperatorCatalog ?? KernelCatalog.standard.operators
        guard decoder.codingPath.count(where: { known[$0.stringValue] != nil }) < AnyOperator.deepest else {
            throw UnfitValue(
                path: decoder.codingPath, needed: "part of at most \(AnyOperator.deepest) operators in each other")
        }
        guard let container = try? decoder.container(keyedBy: Name.self), container.allKeys.count == 1,
            let key = container.allKeys.first, let type = known[key.stringValue]
        else {
            throw UnfitValue(
                path: decoder.codingPath,
                needed:
                    "an operator by its name, { \"NAME\": { SETTINGS } }, one of \(known.names.joined(separator: ", "))"
            )
        }
        base = try type.init(from: container.superDecoder(forKey: key))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try base.encode(to: container.superEncoder(forKey: Name(stringValue: type(of: base).name)))
    }
}
