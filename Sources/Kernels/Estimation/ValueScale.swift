public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// A number that says how large the values of an image or measurement are, by which it can be divided: the largest magnitude,
/// a percentile of magnitudes, or the 2-norm.
public struct ValueScale: NodeKind {
    public static let name = "value-scale"
    public static let inputs = [Input("x")]

    /// How the scale is told: in a file `"maximum"`, `"norm"` or `{ "percentile": 99 }`.
    public let by: Measure

    /// How the scale is told.
    public enum Measure: Hashable, Sendable {
        /// The largest magnitude.
        case maximum
        /// The magnitude below which so many percent of them are, from 0 to 100, between two of them in proportion.
        case percentile(Setting<Double>)
        /// `‖x‖₂`.
        case norm
    }

    public init(by measure: Measure) {
        by = measure
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let type = try context.type(0)
        guard type.shape.count > 0 else { throw .rule("nothing, \(type), has no scale") }
        if case .percentile(let percent) = by {
            guard (0...100).contains(percent.value) else {
                throw .rule("'percentile' is \(percent.value); it must be from 0 to 100")
            }
        }
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        var cost = Cost(operations: 2 * Double(type.floatCount), bytes: Double(type.byteCount))
        if case .percentile = by { cost.bytes *= 4 }
        if type.element == .complex64, by != .norm { cost.scratchBytes = type.shape.count * 4 }
        return cost
    }

    public var label: String {
        switch by {
        case .maximum: "maximum"
        case .percentile(let percent): "percentile \(plain(percent.value))"
        case .norm: "norm"
        }
    }
}

extension ValueScale.Measure: Codable {
    private enum CodingKeys: String, CodingKey {
        case percentile
    }

    private static let described = "one of maximum, norm, { \"percentile\": … }"

    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            switch name {
            case "maximum": self = .maximum
            case "norm": self = .norm
            default: throw UnfitValue(path: decoder.codingPath, needed: Self.described)
            }
            return
        }
        guard let container = try? decoder.container(keyedBy: CodingKeys.self), container.allKeys.count == 1 else {
            throw UnfitValue(path: decoder.codingPath, needed: Self.described)
        }
        self = .percentile(try container.decode(Setting<Double>.self, forKey: .percentile))
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .maximum, .norm:
            var container = encoder.singleValueContainer()
            try container.encode(self == .norm ? "norm" : "maximum")
        case .percentile(let percent):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(percent, forKey: .percentile)
        }
    }
}

final class ValueScaleKernel: Kernel {
    private let measure: ValueScale.Measure
    /// Of complex values.
    private let magnitudes: Scratch?

    init(_ kind: ValueScale, _ context: KernelContext) throws {
        measure = kind.by
        let type = try context.node.type(0)
        magnitudes = type.element == .complex64 && kind.by != .norm ? Scratch(TensorType(type.shape)) : nil
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        if let magnitudes { Magnitudes.write(inputs[0], into: magnitudes.view) }
        let values = magnitudes?.readOnly ?? inputs[0]
        switch measure {
        case .maximum: output.floats[0] = largestMagnitude(values.floats)
        case .percentile(let percent): output.floats[0] = Float(Selection.percentile(values.floats, percent.value))
        case .norm: output.floats[0] = Float(norm(values))
        }
    }
}
