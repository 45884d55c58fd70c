public import GraphModel
public import Kernels

extension GraphBuilder {
    /// Proximal gradient descent, or ISTA (Combettes and Wajs 2005, equation 3.8); with a denoiser in the place of the
    /// proximal operator, Plug-and-Play (PnP-PGD; Venkatakrishnan et al. 2013, Kamilov et al. 2017):
    ///
    ///     x ← prox( x − τ ∇f(x) )
    ///
    /// It converges for a proximal operator where τ is below 2 / ‖Σ_i A_iᴴA_i‖. Its nodes are called `x`, `gradient`, `z` and
    /// `residual`, and what `prox` adds.
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with.
    ///   - step: The step size τ.
    ///   - prox: Adds the nodes that yield what `x` becomes, from `x − τ ∇f(x)`.
    public func proximalGradient(
        _ data: DataTerm, from start: Value, step: StepSize = .relative(0.95), prox: (Value) -> Value
    ) -> Iteration {
        let tau = preparedStep(step, of: data, like: start)
        let x = state("x", initial: start)
        let z = descend("z", x, along: gradient("gradient", of: data, at: x), by: tau, of: data)
        return iteration(x, becomes: prox(z))
    }

    /// Accelerated proximal gradient descent, or FISTA (Beck and Teboulle 2009, equations 4.1 to 4.3):
    ///
    ///     x' = prox( z − τ ∇f(z) ),   z ← x' + m_k (x' − x),   x ← x'
    ///
    /// It converges for a proximal operator where τ is at most 1 / ‖Σ_i A_iᴴA_i‖.
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with.
    ///   - step: The step size τ.
    ///   - momentum: How m_k grows: Beck and Teboulle's, or deepinv's `.momentum(a: 3)`.
    ///   - prox: Adds the nodes that yield `x'`.
    public func acceleratedProximalGradient(
        _ data: DataTerm, from start: Value, step: StepSize = .relative(0.95), momentum: Course = .beckTeboulle,
        prox: (Value) -> Value
    ) -> Iteration {
        let tau = preparedStep(step, of: data, like: start)
        let x = state("x", initial: start)
        let z = state("z", initial: start)
        let next = prox(
            descend(
                "descended", z, along: gradient("gradient", of: data, at: z), by: tau, of: data, isAccelerated: true))
        let change = add("change", Arithmetic(.subtract), next, x)
        self.next(z, add("extrapolated", Axpy(), add("momentum", Schedule(momentum)), change, next))
        return iteration(x, becomes: next)
    }

    /// Landweber's iteration (1951), `x ← x − τ Σ_i A_iᴴ(A_i x − y_i)`: gradient descent on the data term alone, from which one
    /// stops before the noise comes through.
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with.
    ///   - step: The step size τ.
    public func landweber(_ data: DataTerm, from start: Value, step: StepSize = .relative(0.95)) -> Iteration {
        proximalGradient(data, from: start, step: step) { $0 }
    }

    /// The simultaneous iterative reconstruction technique, SIRT (Gilbert 1972; Gregor and Benson 2008, equation 4), for
    /// operators of numbers of 0 and more:
    ///
    ///     x ← x + λ C Σ_i A_iᴴ R_i (y_i − A_i x),   R_i = 1 / (A_i 1),   C = 1 / (Σ_i A_iᴴ 1)
    ///
    /// It converges for λ between 0 and 2. Where a ray meets nothing, or nothing meets a pixel, there is no change.
    ///
    /// - Parameters:
    ///   - data: The data term, of which operators and measurements are used.
    ///   - start: The image to begin with.
    ///   - relaxation: λ.
    public func sirt(_ data: DataTerm, from start: Value, relaxation: Setting<Double> = 1) -> Iteration {
        let one = add("one", Number(1))
        // What is divided by nothing is multiplied by nothing, too.
        let least = add("least", Number(1e-6))
        let blank = add("blank", Zeros(), data.measurements, over: data.shard)
        let rays = add("rays", Arithmetic(.add), blank, one, over: data.shard)
        let image = add("bright", Arithmetic(.add), add("dark", Zeros(), start), one)
        let rows = add("row-sums", Measure(data.map), image, over: data.shard)
        let columns = adjoint("column-sums", data.map, rays, over: data.shard)
        let rowWeights = add("row-weights", Arithmetic(.maximum), rows, least, over: data.shard)
        let columnWeights = add("column-weights", Arithmetic(.maximum), columns, least)

        let x = state("x", initial: start)
        let predicted = add("predicted", Measure(data.map), x, over: data.shard)
        let missing = add("missing", Arithmetic(.subtract), data.measurements, predicted, over: data.shard)
        let weighted = add("weighted", Arithmetic(.divide), missing, rowWeights, over: data.shard)
        let back = adjoint("back", data.map, weighted, over: data.shard)
        let change = add("change", Arithmetic(.divide), back, columnWeights)
        return iteration(x, becomes: add("next", Axpy(), add("relaxation", Number(relaxation)), change, x))
    }

    /// Regularisation by denoising, RED (Romano, Elad and Milanfar 2017, equation 31), by gradient descent:
    ///
    ///     x ← x − τ ( ∇f(x) + λ (x − D(x)) )
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with.
    ///   - step: The step size τ, relative to ‖Σ_i A_iᴴA_i‖ where so given; the denoiser adds up to 2 λ to that norm.
    ///   - weight: λ.
    ///   - denoise: Adds the nodes that yield D(x).
    public func regularizationByDenoising(
        _ data: DataTerm, from start: Value, step: StepSize = .relative(0.95), weight: Setting<Double>,
        denoise: (Value) -> Value
    ) -> Iteration {
        let tau = preparedStep(step, of: data, like: start)
        let x = state("x", initial: start)
        let gradient = gradient("gradient", of: data, at: x)
        let removed = add("removed", Arithmetic(.subtract), x, denoise(x))
        let total = add("total", Add(), gradient, add("weighted", Scale(weight), removed))
        return iteration(x, becomes: descend("descended", x, along: total, by: tau, of: data))
    }

    /// A step size that is measured, as a value that is there before the loop.
    func preparedStep(_ step: StepSize, of data: DataTerm, like image: Value) -> StepSize {
        guard case .relative = step else { return step }
        return .value(number("step", step, of: data, like: image))
    }
}
