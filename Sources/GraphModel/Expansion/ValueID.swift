/// A value of a run by what it is, the same in every plan of its graph: `x`, `denoised[3]`, or of a sum the part
/// `gradient[0-3]`.
public struct ValueID: Hashable, Sendable {
    /// Id of the node that yields it.
    public let node: String
    /// Index over the node's axis; `nil` where it has none.
    public let index: Int?
    /// Of a part of a sum, the terms of its axis that it adds up; `nil` for the whole.
    public let terms: ClosedRange<Int>?

    /// - Parameters:
    ///   - node: Id of the node that yields it.
    ///   - index: Index over the node's axis, where it has one.
    ///   - terms: Of a part of a sum, the terms that it adds up.
    public init(_ node: String, _ index: Int? = nil, terms: ClosedRange<Int>? = nil) {
        self.node = node
        self.index = index
        self.terms = terms
    }
}

extension ValueID: CustomStringConvertible, LosslessStringConvertible {
    /// How it reads in files, pictures, plans, traces and messages.
    public var description: String {
        node + (index.map { "[\($0)]" } ?? "") + (terms.map { "[\($0.lowerBound)-\($0.upperBound)]" } ?? "")
    }

    /// `nil` where a text is no id.
    public init?(_ text: String) {
        let parts = text.split(separator: "[", omittingEmptySubsequences: false)
        guard let node = parts.first, !node.isEmpty, parts.count <= 3 else { return nil }
        var index: Int?
        var terms: ClosedRange<Int>?
        for part in parts.dropFirst() {
            guard part.last == "]", terms == nil else { return nil }
            let ends = part.dropLast().split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            switch ends.count {
            case 1:
                guard index == nil, let only = ends[0], only >= 0 else { return nil }
                index = only
            case 2:
                guard let first = ends[0], let last = ends[1], 0 <= first, first <= last else { return nil }
                terms = first...last
            default: return nil
            }
        }
        self.init(String(node), index, terms: terms)
        // One value has one text.
        guard description == text else { return nil }
    }
}

extension ValueID {
    /// 32 bits that follow from it, by which frames on the wire are told apart (FNV-1a of its text; Fowler, Noll and Vo,
    /// RFC 9923).
    package var mark: UInt32 {
        description.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}

extension ValueID: ExpressibleByStringLiteral {
    /// `"denoised[3]"`; a text that is no id stands for a node of that name.
    public init(stringLiteral text: String) { self = ValueID(text) ?? ValueID(text, nil) }
}

extension ValueID: CodingKeyRepresentable {
    public var codingKey: any CodingKey { Key(stringValue: description) }

    public init?(codingKey: some CodingKey) { self.init(codingKey.stringValue) }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension ValueID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ValueID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no id of a value")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
