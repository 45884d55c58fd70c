public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// A gradient step, `x − τ g`.
public struct Descend: NodeKind {
    public static let name = "descend"
    public static let inputs = [Input("x"), Input("gradient")]

    /// Step size τ; gradient descent on a fidelity whose gradient has the Lipschitz constant L converges below 2 / L.
    public let step: Setting<Double>
    /// Whether momentum follows, as in FISTA, which converges up to 1 / L only; `nil` for none.
    public let isAccelerated: Bool?

    private enum CodingKeys: String, CodingKey {
        case step
        case isAccelerated = "accelerated"
    }

    /// A step of size τ.
    ///
    /// - Parameter isAccelerated: Whether momentum follows.
    public init(step: Setting<Double>, isAccelerated: Bool = false) {
        self.step = step
        self.isAccelerated = isAccelerated ? true : nil
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try checkHeld(step, "step")
        return try context.commonType()
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 2).inVectors
    }

    public func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String] {
        guard step.value > 0 else {
            guard context.index == 0 else { return [] }
            let effect = step.value == 0 ? "'x' stays as it is" : "goes up the gradient, not down"
            return ["\(step.parameter ?? "step") \(plain(step.value)): \(effect); give one above 0"]
        }
        guard let bound = gradientBounds[1].first ?? nil, let limit = limitExceeded(bound) else { return [] }
        return [
            "step \(plain(step.value)) may diverge: the gradient's Lipschitz constant is at most \(plain(bound)), "
                + "so use a step below \(plain(limit))"
        ]
    }

    public func convergenceFactors(
        _ context: NodeContext, gradientBounds: [[Double?]]
    ) -> [ConvergenceFactor] {
        let name = step.parameter ?? "step"
        let setting = "\(name) \(plain(step.value))"
        guard let bound = gradientBounds[1].first ?? nil else {
            return [
                ConvergenceFactor(
                    setting, remedy: "a smaller \(name)",
                    doubt: "how large a step may be, as the gradient's Lipschitz constant is not known here")
            ]
        }
        guard let limit = limitExceeded(bound) else { return [ConvergenceFactor(setting, remedy: "a smaller \(name)")] }
        return [ConvergenceFactor(setting, remedy: "a \(name) below \(plain(limit))", isBeyondBound: true)]
    }

    /// 2 / L, or 1 / L where momentum follows, rounded down, where the step is too long for it.
    private func limitExceeded(_ bound: Double) -> Double? {
        let (isAccelerated, product) = (isAccelerated ?? false, step.value * bound)
        guard bound > 0, isAccelerated ? product > 1 : product >= 2 else { return nil }
        let limit = (isAccelerated ? 1 : 2) / bound
        // Three decimals, or as many as three digits take.
        var scale = 1000.0
        while limit * scale < 100, scale < 1e15 { scale *= 10 }
        return (limit * scale).rounded(.down) / scale
    }

    public var label: String { "τ = \(plain(step.value))" }

    public var traits: KindTraits { .keepsScale }
}

final class DescendKernel: Kernel {
    private let step: Float

    init(_ kind: Descend, _ context: KernelContext) {
        step = Float(kind.step.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0])
        axpy(-step, inputs[1], output)
    }
}
