public import GraphModel
public import Imaging
public import Tensors

/// The orthogonal wavelet transform `W` of each plane of an image, whose sides are divisible by 2^levels; `Wᴴ` is its inverse.
/// Beyond the borders the image comes again (PyWavelets' `periodization`). Of real and complex images.
///
/// Coefficients stand in an array of the image's shape: the approximation top left; of each level, to its right the detail
/// along the width, below it that along the height, and the diagonal one (PyWavelets' `coeffs_to_array`).
public struct WaveletTransform: Operator {
    public static let name = "wavelet-transform"

    /// Which one: `"name"` in a file.
    public let wavelet: Wavelet
    public let levels: Setting<Int>

    public init(_ wavelet: Wavelet, levels: Setting<Int>) {
        self.wavelet = wavelet
        self.levels = levels
    }

    private enum CodingKeys: String, CodingKey {
        case wavelet = "name"
        case levels
    }

    public func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        do throws(ImagingError) {
            try WaveletMode.periodic.check(levels: levels.value, on: domain.shape)
        } catch {
            throw .rule(error.description)
        }
        return domain
    }

    public func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
        try self.range(of: range, context)
    }

    public var isIsometry: Bool { true }
    public var keepsScale: Bool { false }

    public func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost {
        _ = try range(of: domain, context)
        var cost = waveletCost(
            domain, wavelet, levels: levels.value, .periodic, times: 1, sharingKey: "")
        cost.sharedBytes = [:]
        cost.scratchBytes = 2 * domain.byteCount
        if domain.element == .complex64 { cost.bytes += 4 * Double(domain.byteCount) }
        return cost
    }

    public func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        let real = try WaveletOperator(
            shape: domain.shape, wavelet: wavelet, levels: levels.value, threads: context.threads)
        return domain.element == .float32 ? real : ComplexParts(real)
    }

    public var label: String { "\(wavelet.rawValue), \(levels.value) levels" }
}
