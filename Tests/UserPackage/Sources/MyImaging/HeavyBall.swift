public import GraphModel
public import Kernels

extension GraphBuilder {
    /// Gradient descent with momentum (Polyak 1964), and a denoiser after each step:
    ///
    ///     v ← β v − τ Aᵀ(A x − y),   x ← denoise( x + v )
    ///
    /// - Returns: The image, a state.
    public func heavyBall(
        _ map: any Operator, measurements y: Value, from start: Value, step: Setting<Double>, momentum: Setting<Double>,
        denoise: (Value) -> Value
    ) -> Value {
        let x = state("x", initial: start)
        let v = state("v", initial: add("still", Zeros(), start))
        let gradient = add("gradient", DataGradient(map), x, y)
        let moving = add("moving", Descend(step: step), add("slowed", Scale(momentum), v), gradient)
        next(v, moving)
        let denoised = denoise(add("moved", Add(), x, moving))
        next(x, denoised)
        metric(add("change", RelativeChange(), x, denoised))
        return x
    }
}
