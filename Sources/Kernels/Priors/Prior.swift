public import GraphModel
public import Imaging
internal import Tensors

/// What is known of images beforehand: a function h that is small for likely ones, in its parts ``PriorValue`` `h(x)`,
/// ``PriorGradient`` and ``PriorProx`` `argmin_u w h(u) + ½ ‖u − x‖²`.
///
/// In a file a name, `"l1"`, or an object with the name and its settings, `{ "wavelet": { "name": "db4", "levels": 3 } }`.
public enum Prior: Hashable, Sendable {
    /// `‖x‖₁`; of complex images the sum of magnitudes. Its prox is soft thresholding.
    case l1
    /// `½ ‖x‖²`.
    case tikhonov
    /// Isotropic total variation `Σ |D x|` of forward differences, each plane on its own (Rudin, Osher and Fatemi 1992), of
    /// real images N × C × H × W. Its prox takes so many iterations (Condat 2013), each of which looks one pixel further.
    case totalVariation(iterations: Setting<Int> = 100)
    /// `Σ |details|` of an orthogonal wavelet transform of each plane (deepinv's `WaveletPrior`). Complex images are
    /// transformed in their parts, and magnitudes of details count.
    case wavelet(Wavelet, levels: Setting<Int>, mode: WaveletMode = .periodic)
    /// 0 for real images whose values are all within the bounds, infinite for others; its prox is the projection.
    case box(lower: Setting<Double>, upper: Setting<Double>)
    /// 0 for real images without values below 0, infinite for others; its prox is the projection.
    case positivity
}

extension Wavelet: NamedChoice {}

extension WaveletMode: NamedChoice {}

extension Prior: Codable {
    private enum CodingKeys: String, CodingKey {
        case totalVariation = "total-variation"
        case wavelet
        case box
    }

    private enum SettingKeys: String, CodingKey {
        case iterations
        case name
        case levels
        case mode
        case lower
        case upper
    }

    private static let described =
        "one of l1, tikhonov, positivity, { \"total-variation\": … }, { \"wavelet\": … }, { \"box\": … }"

    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            switch name {
            case "l1": self = .l1
            case "tikhonov": self = .tikhonov
            case "positivity": self = .positivity
            default: throw UnfitValue(path: decoder.codingPath, needed: Prior.described)
            }
            return
        }
        guard let container = try? decoder.container(keyedBy: CodingKeys.self), container.allKeys.count == 1,
            let key = container.allKeys.first
        else { throw UnfitValue(path: decoder.codingPath, needed: Prior.described) }
        let settings = try container.nestedContainer(keyedBy: SettingKeys.self, forKey: key)
        switch key {
        case .totalVariation:
            self = .totalVariation(iterations: try settings.decode(Setting<Int>.self, forKey: .iterations))
        case .wavelet:
            self = .wavelet(
                try settings.decode(Wavelet.self, forKey: .name),
                levels: try settings.decode(Setting<Int>.self, forKey: .levels),
                mode: try settings.decodeIfPresent(WaveletMode.self, forKey: .mode) ?? .periodic)
        case .box:
            self = .box(
                lower: try settings.decode(Setting<Double>.self, forKey: .lower),
                upper: try settings.decode(Setting<Double>.self, forKey: .upper))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        func name(_ name: String) throws {
            var container = encoder.singleValueContainer()
            try container.encode(name)
        }
        func settings(_ key: CodingKeys, _ write: (inout KeyedEncodingContainer<SettingKeys>) throws -> Void) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            var settings = container.nestedContainer(keyedBy: SettingKeys.self, forKey: key)
            try write(&settings)
        }
        switch self {
        case .l1: try name("l1")
        case .tikhonov: try name("tikhonov")
        case .positivity: try name("positivity")
        case .totalVariation(let iterations):
            try settings(.totalVariation) { try $0.encode(iterations, forKey: .iterations) }
        case .wavelet(let wavelet, let levels, let mode):
            try settings(.wavelet) {
                try $0.encode(wavelet, forKey: .name)
                try $0.encode(levels, forKey: .levels)
                try $0.encode(mode, forKey: .mode)
            }
        case .box(let lower, let upper):
            try settings(.box) {
                try $0.encode(lower, forKey: .lower)
                try $0.encode(upper, forKey: .upper)
            }
        }
    }
}

extension Prior {
    /// Looks whether it is one of such images.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it is not, or a setting is out of range.
    func check(_ image: TensorType) throws(GraphError) {
        switch self {
        case .l1, .tikhonov: break
        case .totalVariation(let iterations):
            guard (1...1_000_000).contains(iterations.value) else {
                throw .rule("'iterations' is \(iterations.value); it must be from 1 to 1000000")
            }
            try checkIsReal(image, "total variation")
            guard image.shape.rank == 4, image.shape.count > 0 else {
                throw .rule("total variation needs N × C × H × W, not \(image)")
            }
        case .wavelet(_, let levels, let mode):
            do throws(ImagingError) {
                try mode.check(levels: levels.value, on: image.shape)
            } catch {
                throw .rule(error.description)
            }
        case .box(let lower, let upper):
            guard lower.value <= upper.value else {
                throw .rule("'lower' is \(plain(lower.value)) and 'upper' \(plain(upper.value)); it must not be below")
            }
            try checkIsReal(image, "a box")
        case .positivity: try checkIsReal(image, "positivity")
        }
    }

    private func checkIsReal(_ image: TensorType, _ what: String) throws(GraphError) {
        guard image.element == .float32 else {
            throw .rule("\(what) is a prior of real images, not \(image); of complex ones take 'l1' or 'wavelet'")
        }
    }

    /// What its value, a gradient or one thresholding of details costs, with so many operations a number where it is
    /// elementwise.
    func cost(_ image: TensorType, operations: Double, isProx: Bool = false) -> Cost {
        let count = Double(image.floatCount)
        switch self {
        case .l1, .tikhonov, .box, .positivity:
            return Cost(operations: operations * count, bytes: 2 * Double(image.byteCount))
        case .totalVariation(let iterations):
            guard isProx else { return Cost(operations: 25 * count, bytes: 3 * Double(image.byteCount)) }
            let operations = Denoiser.totalVariationOperations * Double(iterations.value) * count
            return Cost(
                operations: operations, work: [.loops(parts: image.shape[0] * image.shape[1]): operations],
                bytes: 2 * Double(image.byteCount),
                sharedBytes: [sharingKey(image) ?? "": 4 * image.byteCount])
        case .wavelet(let wavelet, let levels, let mode):
            return waveletCost(
                image, wavelet, levels: levels.value, mode, times: 2, sharingKey: sharingKey(image) ?? "")
        }
    }

    /// What instances share by this name that work on images of a type, in memory that is planned and on the worker that
    /// runs them.
    func sharingKey(_ image: TensorType) -> String? {
        switch self {
        case .l1, .tikhonov, .box, .positivity: nil
        case .totalVariation(let iterations):
            Denoiser(.init(.totalVariation), tvIterations: iterations).sharingKey(totalVariationOf: image.shape)
        case .wavelet(let wavelet, let levels, let mode):
            "\(wavelet.rawValue), \(levels.value) levels, \(mode.rawValue) of \(image)"
        }
    }

    /// How far its gradient or prox looks; of wavelets anywhere in the image, so that windows of exact tiles are all of it.
    func receptiveField(for image: Shape, isProx: Bool) -> ReceptiveField {
        let reach =
            switch self {
            case .l1, .tikhonov, .box, .positivity: 0
            case .totalVariation(let iterations):
                isProx ? TotalVariation.reach(iterations: iterations.value) : 1
            case .wavelet: image.trailing(2).max() ?? 0
            }
        return ReceptiveField(stride: 1, before: reach, after: reach)
    }

    var label: String {
        switch self {
        case .l1: "l1"
        case .tikhonov: "tikhonov"
        case .totalVariation: "total variation"
        case .wavelet(let wavelet, let levels, let mode):
            "\(wavelet.rawValue), \(levels.value) levels" + (mode == .periodic ? "" : ", \(mode.rawValue)")
        case .box(let lower, let upper): "in [\(plain(lower.value)), \(plain(upper.value))]"
        case .positivity: "0 or more"
        }
    }
}

/// What so many wavelet transforms of an image cost, one way, with sums of L terms in both directions of each level, a
/// quarter of the size of the one before.
func waveletCost(
    _ image: TensorType, _ wavelet: Wavelet, levels: Int, _ mode: WaveletMode, times: Double, sharingKey: String
) -> Cost {
    let taps = Double(wavelet.lowPass.count)
    let operations = times * 4 / 3 * 4 * taps * Double(image.floatCount)
    let sides = image.shape.trailing(2)
    return Cost(
        operations: operations, work: [.loops(parts: max(image.shape.count / max(sides[1], 1), 1)): operations],
        bytes: times * 6 * Double(image.byteCount),
        sharedBytes: [
            sharingKey: WaveletDetails.scratchBytes(image, wavelet: wavelet, levels: levels, mode: mode)
        ])
}
