public import GraphModel
internal import Kernels

/// How a fixed-point iteration `x ← T(x)` goes on from x and T(x).
public enum Acceleration: Sendable {
    /// From `x + ρ (T(x) − x)`: plain for ρ = 1, over-relaxed above.
    case relaxation(Setting<Double>)
    /// From a mixture of the last so many images T(x_j) (Anderson 1965; Walker and Ni 2011).
    case anderson(history: Setting<Int>)
}

extension GraphBuilder {
    /// A fixed-point iteration `x ← T(x)`, accelerated.
    ///
    /// - Parameters:
    ///   - start: The image to begin with.
    ///   - acceleration: How it goes on from x and T(x).
    ///   - map: Adds the nodes that yield T(x).
    public func fixedPoint(
        from start: Value, acceleration: Acceleration = .relaxation(1), map: (Value) -> Value
    ) -> Iteration {
        let x = state("x", initial: start)
        let image = map(x)
        switch acceleration {
        case .relaxation(let factor):
            guard factor.value != 1 || factor.parameter != nil else { return iteration(x, becomes: image) }
            let change = add("change", Arithmetic(.subtract), image, x)
            return iteration(x, becomes: add("relaxed", Axpy(), add("relaxation", Number(factor)), change, x))
        case .anderson(let count):
            let history = axis("history", count: count)
            let points = state("points", initial: start, over: history)
            let images = state("images", initial: start, over: history)
            let lastPoints = add("last-points", Remember(), x, points, over: history)
            let lastImages = add("last-images", Remember(), image, images, over: history)
            next(points, lastPoints)
            next(images, lastImages)
            return iteration(x, becomes: add("mixed", AndersonMix(), lastPoints, lastImages))
        }
    }

    /// Proximal gradient descent whose step size is found while iterating (Beck and Teboulle 2009, section 4): where a step is
    /// so long that `f(x') > f(x) + ⟨∇f(x), x' − x⟩ + ‖x' − x‖² / 2τ`, x stays and τ is shortened. For least squares that
    /// is `τ ⟨d, Σ_i A_iᴴA_i d⟩ > ‖d‖²` with `d = x' − x`, which no rounding of f disturbs.
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with.
    ///   - step: The first τ.
    ///   - shortening: What τ is multiplied by, below 1.
    ///   - prox: Adds the nodes that yield x' from `x − τ ∇f(x)` and τ.
    /// - Returns: The iteration; `next-step`, the τ that it goes on with, is a metric, too.
    public func backtrackingProximalGradient(
        _ data: DataTerm, from start: Value, step: Setting<Double> = 1, shortening: Setting<Double> = 0.5,
        prox: (_ z: Value, _ step: Value) -> Value
    ) -> Iteration {
        let x = state("x", initial: start)
        let tau = state("step", initial: add("first-step", Number(step)))
        let gradient = gradient("gradient", of: data, at: x)
        let tried = prox(add("z", DescendBy(), tau, gradient, x), tau)
        let change = add("change", Arithmetic(.subtract), tried, x)
        let curvature = add("curvature", InnerProduct(), change, normal("normal", of: data, at: change))
        let length = add("length", InnerProduct(), change, change)
        let fits = add(
            "fits", Arithmetic(.lessOrEqual), add("steep", Arithmetic(.multiply), tau, curvature), length)
        let shorter = add("shorter", Arithmetic(.multiply), tau, add("shortening", Number(shortening)))
        let nextStep = add("next-step", Select(), fits, tau, shorter)
        self.next(tau, nextStep)
        metric(nextStep)
        let next = add("taken", Select(), fits, tried, x)
        self.next(x, next)
        // A step that is not taken is no sign of having arrived.
        let residual = add("residual", RelativeChange(), x, tried)
        metric(residual)
        return Iteration(x: x, next: next, residual: residual)
    }
}
