public import GraphModel
public import Kernels

extension GraphBuilder {
    /// The primal-dual method of Chambolle and Pock (2011, algorithm 1) for `min_x Σ_i h_i(K_i x) + g(x)`:
    ///
    ///     u_i ← prox_{s h_i*}( u_i + s K_i z ),   x' = prox( x − τ Σ_i K_iᴴ u_i ),   z ← x' + β (x' − x),   x ← x'
    ///
    /// It converges where `τ s ‖Σ_i K_iᴴK_i‖ < 1`. The duals `u_i` are states over the axis of the stack.
    ///
    /// - Parameters:
    ///   - map: The operators `K_i`.
    ///   - shard: Their axis; `nil` for a single one.
    ///   - start: The image to begin with; the duals begin with zeros.
    ///   - step: τ, a number.
    ///   - dualStep: s, a number.
    ///   - extrapolation: β, 1 for the method as it is proved.
    ///   - dualProx: Adds the nodes that yield `u_i`, over the axis, from `u_i + s K_i z`.
    ///   - prox: Adds the nodes that yield `x'`.
    public func chambollePock(
        _ map: any Operator, over shard: AxisHandle? = nil, from start: Value, step: Value, dualStep: Value,
        extrapolation: Setting<Double> = 1, dualProx: (Value) -> Value, prox: (Value) -> Value
    ) -> Iteration {
        let measured = add("start-image", Measure(map), start, over: shard)
        let u = state("dual", initial: add("no-dual", Zeros(), measured, over: shard), over: shard)
        let x = state("x", initial: start)
        let z = state("z", initial: start)
        let image = add("image", Measure(map), z, over: shard)
        let dual = dualProx(add("ascended", Axpy(), dualStep, image, u, over: shard))
        next(u, dual)
        let back = adjoint("back", map, dual, over: shard)
        let primal = prox(add("descended", DescendBy(), step, back, x))
        let change = add("change", Arithmetic(.subtract), primal, x)
        next(z, add("extrapolated", Axpy(), add("beta", Number(extrapolation)), change, primal))
        return iteration(x, becomes: primal)
    }

    /// The same on a data term, of any fidelity, and a denoiser in the place of g's proximal operator.
    ///
    /// - Parameters:
    ///   - data: The data term: `h_i(v) = d(v, y_i)`, whose dual proximal operator is that of ``FidelityConjugateProx``.
    ///   - start: The image to begin with.
    ///   - step: τ.
    ///   - dualStep: s.
    ///   - extrapolation: β.
    ///   - denoise: Adds the nodes that yield what `x` becomes.
    public func chambollePock(
        _ data: DataTerm, from start: Value, step: Setting<Double>, dualStep: Setting<Double>,
        extrapolation: Setting<Double> = 1, denoise: (Value) -> Value
    ) -> Iteration {
        let s = add("dual-step", Number(dualStep))
        return chambollePock(
            data.map, over: data.shard, from: start, step: add("step", Number(step)), dualStep: s,
            extrapolation: extrapolation,
            dualProx: {
                add("next-dual", FidelityConjugateProx(data.fidelity), $0, data.measurements, s, over: data.shard)
            }, prox: denoise)
    }
}
