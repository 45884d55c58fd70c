/// Which numbers of a file stand for 0 and 1: `0..255`, or `auto`.
public enum ValueRange: Hashable, Sendable {
    /// Of a picture, and of an array that holds whole numbers of 8 or 16 bits as a picture does, 0 and the largest
    /// sample; the numbers of other arrays stand for themselves.
    case auto
    /// The first for 0 and the second, which is larger, for 1; of a picture, they are samples.
    case between(Double, Double)

    /// Numbers stand for themselves.
    public static let unit = ValueRange.between(0, 1)
}

extension ValueRange: ParameterType {
    public static var described: String { "a range of values such as 0..255, or auto" }

    public init?(_ value: ParameterValue) {
        guard case .text(let text) = value, let range = ValueRange(text) else { return nil }
        self = range
    }

    public var parameterValue: ParameterValue { .text(description) }
}

extension ValueRange: CustomStringConvertible {
    /// The range that a text such as `0..255` stands for; `nil` where it stands for none.
    public init?(_ text: String) {
        guard text != "auto" else {
            self = .auto
            return
        }
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { Double($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first.isFinite, last.isFinite,
            Float(last - first) > 0, Float(last - first).isFinite
        else { return nil }
        self = .between(first, last)
    }

    public var description: String {
        switch self {
        case .auto: "auto"
        case .between(let first, let last): "\(plain(first))..\(plain(last))"
        }
    }
}

extension ValueRange: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let range = ValueRange(text) else {
            throw UnfitValue(path: decoder.codingPath, needed: ValueRange.described)
        }
        self = range
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
