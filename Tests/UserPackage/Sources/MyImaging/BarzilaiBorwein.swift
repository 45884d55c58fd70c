import Algorithms
import GraphModel
import Kernels

extension GraphBuilder {
    /// Gradient descent by Barzilai and Borwein's steps (1988, equation 5): `τ = ⟨Δx, Δx⟩ / ⟨Δx, Δg⟩`, of what the last
    /// iteration changed in x and in the gradient g.
    ///
    /// - Returns: The image, a state.
    public func barzilaiBorwein(_ data: DataTerm, from start: Value, firstStep: Setting<Double>) -> Value {
        let x = state("x", initial: start)
        let lastX = state("last-x", initial: start)
        let lastGradient = state("last-gradient", initial: add("no-gradient", Zeros(), start))
        let gradient = gradient("gradient", of: data, at: x)

        let dx = add("dx", Arithmetic(.subtract), x, lastX)
        let dg = add("dg", Arithmetic(.subtract), gradient, lastGradient)
        let length = add("length", InnerProduct(), dx, dx)
        let curvature = add("curvature", InnerProduct(), dx, dg)
        // Before anything has changed there is no curvature.
        let isKnown = add("known", Arithmetic(.less), add("zero", Number(0)), curvature)
        let step = add(
            "step", Select(), isKnown, add("ratio", Arithmetic(.divide), length, curvature),
            add("first-step", Number(firstStep)))

        let next = add("next", DescendBy(), step, gradient, x)
        self.next(x, next)
        self.next(lastX, x)
        self.next(lastGradient, gradient)
        metric(add("residual", RelativeChange(), x, next))
        return x
    }
}
