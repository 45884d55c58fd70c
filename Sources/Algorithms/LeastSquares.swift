public import GraphModel
internal import Kernels

extension GraphBuilder {
    /// Conjugate gradients for least squares (Hestenes and Stiefel 1952) on `Σ_i A_iᴴA_i x = Σ_i A_iᴴ y_i`, one step an
    /// iteration:
    ///
    ///     α = ‖r‖² / ⟨p, Mp⟩,  x ← x + α p,  r' = r − α Mp,  p ← r' + (‖r'‖² / ‖r‖²) p,  r ← r'
    ///
    /// On its own it regularises by being stopped early; with Tikhonov's `weight` it solves `(M + λ I) x = Σ_i A_iᴴ y_i`.
    ///
    /// - Parameters:
    ///   - data: The data term.
    ///   - start: The image to begin with.
    ///   - weight: λ, 0 or more.
    public func conjugateGradients(_ data: DataTerm, from start: Value, weight: Setting<Double> = 0) -> Iteration {
        let lambda = add("lambda", Number(weight))
        func system(_ id: String, _ v: Value) -> Value {
            add(id, Axpy(), lambda, v, normal("\(id)-normal", of: data, at: v))
        }
        // Where there is nothing left to solve numerator and denominator are both 0.
        let least = add("least", Number(1e-30))
        func quotient(_ id: String, _ a: Value, _ b: Value) -> Value {
            add(id, Arithmetic(.divide), a, add("\(id)-below", Arithmetic(.maximum), b, least))
        }
        let right = backprojection("right", of: data)
        let first = add("first-residual", Arithmetic(.subtract), right, system("start-image", start))
        let x = state("x", initial: start)
        let r = state("r", initial: first)
        let p = state("p", initial: first)
        let image = system("image", p)
        let size = add("size", InnerProduct(), r, r)
        let alpha = quotient("alpha", size, add("curvature", InnerProduct(), p, image))
        let shorter = add("next-r", DescendBy(), alpha, image, r)
        next(r, shorter)
        let beta = quotient("beta", add("next-size", InnerProduct(), shorter, shorter), size)
        next(p, add("next-p", Axpy(), beta, p, shorter))
        return iteration(x, becomes: add("next-x", Axpy(), alpha, p, x))
    }
}
