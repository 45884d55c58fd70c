public import GraphModel
internal import Imaging
internal import Tensors

/// How far measurements `z = A x` are from those that were made, `y`, each value for itself: in its parts
/// ``FidelityValue``, ``FidelityGradient`` (by `z`), ``FidelityProx`` and ``FidelityConjugateProx``. The gradient by `x` is
/// ``Adjoint`` of that by `z`.
///
/// In a file a name, `"l1"`, or an object with the name and its settings, `{ "poisson": { "gain": 0.1 } }`.
public enum Fidelity: Hashable, Sendable {
    /// `½ ‖z − y‖²`.
    case l2
    /// `‖z − y‖₁`; magnitudes of complex differences.
    case l1
    /// `Σ z/g + b − y/g − (y/g) log(z/g + b)`, the negative logarithm of a Poisson likelihood: `y/g` counts were seen where
    /// `z/g + b` are expected, with the gain g in units of the image a count, and the background b in counts. Real values.
    /// Infinite where fewer than no counts are expected.
    case poisson(gain: Setting<Double>, background: Setting<Double> = 0.0)
    /// `Σ (|z| − √y)²` of intensities y: of phase retrieval. `y` is real where `z` is complex, too.
    case amplitude
}

extension Fidelity: Codable {
    private enum CodingKeys: String, CodingKey {
        case poisson
    }

    private enum SettingKeys: String, CodingKey {
        case gain
        case background
    }

    private static let described = "one of l2, l1, amplitude, { \"poisson\": … }"

    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            switch name {
            case "l2": self = .l2
            case "l1": self = .l1
            case "amplitude": self = .amplitude
            default: throw UnfitValue(path: decoder.codingPath, needed: Fidelity.described)
            }
            return
        }
        guard let container = try? decoder.container(keyedBy: CodingKeys.self), container.allKeys.count == 1 else {
            throw UnfitValue(path: decoder.codingPath, needed: Fidelity.described)
        }
        let settings = try container.nestedContainer(keyedBy: SettingKeys.self, forKey: .poisson)
        self = .poisson(
            gain: try settings.decode(Setting<Double>.self, forKey: .gain),
            background: try settings.decodeIfPresent(Setting<Double>.self, forKey: .background) ?? 0.0)
    }

    public func encode(to encoder: any Encoder) throws {
        func name(_ name: String) throws {
            var container = encoder.singleValueContainer()
            try container.encode(name)
        }
        switch self {
        case .l2: try name("l2")
        case .l1: try name("l1")
        case .amplitude: try name("amplitude")
        case .poisson(let gain, let background):
            var container = encoder.container(keyedBy: CodingKeys.self)
            var settings = container.nestedContainer(keyedBy: SettingKeys.self, forKey: .poisson)
            try settings.encode(gain, forKey: .gain)
            try settings.encode(background, forKey: .background)
        }
    }
}

extension Fidelity {
    /// Type of `z` (input 0), where `y` (input 1) can be a measurement of it.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it cannot, or a setting is out of range.
    func check(_ context: NodeContext) throws(GraphError) -> TensorType {
        let (z, y) = (try context.type(0), try context.type(1))
        switch self {
        case .l2, .l1: break
        case .poisson(let gain, let background):
            guard gain.value > 0, gain.value.isFinite else {
                throw .rule("'gain' is \(gain.value); it must be above 0")
            }
            guard background.value >= 0, background.value.isFinite else {
                throw .rule("'background' is \(background.value); it must be 0 or more")
            }
            guard z.element == .float32 else {
                throw .rule("the fidelity 'poisson' is of real values, not \(z)")
            }
        case .amplitude:
            guard y == TensorType(z.shape) else {
                throw .rule("the intensities are \(y); for amplitudes of \(z) they must be \(TensorType(z.shape))")
            }
            return z
        }
        guard z == y else {
            throw .rule("it compares \(z) with measurements of \(y); both must be of one shape and sort")
        }
        return z
    }

    /// Operations for each number; a root, division or logarithm takes as long as ten.
    var operations: Double {
        switch self {
        case .l2: 3
        case .l1: 4
        case .poisson, .amplitude: 30
        }
    }

    var function: FidelityFunction {
        switch self {
        case .l2: .l2
        case .l1: .l1
        case .poisson(let gain, let background): .poisson(gain: gain.value, background: background.value)
        case .amplitude: .amplitude
        }
    }

    var label: String {
        switch self {
        case .l2: "l2"
        case .l1: "l1"
        case .poisson(let gain, let background):
            "poisson, γ = \(plain(gain.value))" + (background.value == 0 ? "" : ", b = \(plain(background.value))")
        case .amplitude: "amplitude"
        }
    }
}
