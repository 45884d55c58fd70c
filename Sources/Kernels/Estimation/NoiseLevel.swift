public import GraphModel
internal import Imaging
public import Tensors

/// An estimate of the standard deviation of the noise in an image, a number in its units, from all channels: the median
/// magnitude of the finest diagonal wavelet details (db2) over 0.6745 (Donoho and Johnstone 1994). Of complex images that of
/// each of both parts.
///
/// It takes noise for white: it is too low for noise that a blur or an interpolation has smoothed.
public struct NoiseLevel: NodeKind {
    public static let name = "noise-level"
    public static let inputs = [Input("image")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        guard NoiseEstimator.details(of: image) != nil else {
            throw .rule(
                "a noise level is estimated from images … × H × W with sides of \(NoiseEstimator.leastSide) pixels or more, "
                    + "not \(image)")
        }
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let image = try context.type(0)
        let details = NoiseEstimator.details(of: image)?.count ?? 0
        return Cost(
            operations: 12 * Double(image.floatCount), bytes: Double(image.byteCount) + 20 * Double(details),
            scratchBytes: 4 * details)
    }
}

final class NoiseLevelKernel: Kernel {
    private let estimator: NoiseEstimator

    init(_ kind: NoiseLevel, _ context: KernelContext) throws {
        estimator = try NoiseEstimator(context.node.type(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.floats[0] = Float(estimator.level(of: inputs[0]))
    }
}
