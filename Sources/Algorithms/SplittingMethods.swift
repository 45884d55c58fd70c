public import GraphModel
internal import Kernels

extension GraphBuilder {
    /// Half-quadratic splitting, HQS (Geman and Yang 1995; with a denoiser Zhang et al. 2017, equations 6a and 6b):
    ///
    ///     u = prox_{γ f}(x),   x ← D(u)
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with.
    ///   - gamma: γ, a number: a ``Number``, or one that changes with the iteration.
    ///   - solver: How the proximal operator of f is computed.
    ///   - denoise: Adds the nodes that yield D(u).
    public func halfQuadraticSplitting(
        _ data: DataTerm, from start: Value, gamma: Value, solver: ProximalSolver = .automatic,
        denoise: (Value) -> Value
    ) -> Iteration {
        let prox = proximal(of: data, like: start, solver: solver)
        let x = state("x", initial: start)
        return iteration(x, becomes: denoise(prox("u", x, gamma: gamma, in: self)))
    }

    /// DPIR (Zhang et al. 2021, section 4.2): half-quadratic splitting with noise levels that fall from σ₁ to that of the
    /// measurements, evenly in the logarithm, and γ_k = (σ_k / σ)² / λ.
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with.
    ///   - noise: Noise level σ of the measurements.
    ///   - first: Noise level of the first iteration; 49/255 in the paper.
    ///   - iterations: Over how many it falls; 8 in the paper. Give the loop as many.
    ///   - weight: λ; 0.23 in the paper.
    ///   - solver: How the proximal operator of f is computed.
    ///   - denoise: Adds the nodes that yield D(u, σ_k), of u and the number σ_k.
    public func dpir(
        _ data: DataTerm, from start: Value, noise: Setting<Double>, first: Setting<Double> = Setting(49.0 / 255),
        iterations: Setting<Int> = 8, weight: Setting<Double> = 0.23, solver: ProximalSolver = .automatic,
        denoise: (_ u: Value, _ sigma: Value) -> Value
    ) -> Iteration {
        let sigma = add("sigma", Schedule(.logarithmic(first: first, last: noise, count: iterations)))
        // Below 0.01 the paper's code takes 0.01.
        let level = add(
            "noise-level", Arithmetic(.maximum), add("noise", Number(noise)), add("least-noise", Number(0.01)))
        let ratio = add("ratio", Function(.square), add("relative-sigma", Arithmetic(.divide), sigma, level))
        let gamma = add("gamma", Arithmetic(.divide), ratio, add("lambda", Number(weight)))
        return halfQuadraticSplitting(data, from: start, gamma: gamma, solver: solver) { denoise($0, sigma) }
    }

    /// The alternating direction method of multipliers, ADMM (Boyd et al. 2011, equations 3.5 to 3.7), with a denoiser PnP-ADMM
    /// (Venkatakrishnan et al. 2013):
    ///
    ///     u = prox_{γ f}(x − z),   x ← D(u + z),   z ← z + β (u − x)
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with; the dual variable z begins with zeros.
    ///   - gamma: γ, a number.
    ///   - relaxation: β, from 0 to 2; 1 is plain ADMM.
    ///   - solver: How the proximal operator of f is computed.
    ///   - denoise: Adds the nodes that yield D(u + z).
    public func admm(
        _ data: DataTerm, from start: Value, gamma: Value, relaxation: Setting<Double> = 1,
        solver: ProximalSolver = .automatic, denoise: (Value) -> Value
    ) -> Iteration {
        let prox = proximal(of: data, like: start, solver: solver)
        let x = state("x", initial: start)
        let z = state("dual", initial: add("no-dual", Zeros(), start))
        let u = prox("u", add("undualed", Arithmetic(.subtract), x, z), gamma: gamma, in: self)
        let next = denoise(add("dualed", Add(), u, z))
        let gap = add("gap", Arithmetic(.subtract), u, next)
        self.next(z, add("next-dual", Axpy(), add("beta", Number(relaxation)), gap, z))
        return iteration(x, becomes: next)
    }

    /// Douglas-Rachford splitting (Lions and Mercier 1979; Combettes and Pesquet 2007), with a denoiser PnP-DRS:
    ///
    ///     u = prox_{γ f}(z),   x ← D(2 u − z),   z ← z + β (x − u)
    ///
    /// - Parameters:
    ///   - data: The data term f.
    ///   - start: The image to begin with, for x and z.
    ///   - gamma: γ, a number.
    ///   - relaxation: β, from 0 to 2.
    ///   - solver: How the proximal operator of f is computed.
    ///   - denoise: Adds the nodes that yield D(2 u − z).
    public func douglasRachford(
        _ data: DataTerm, from start: Value, gamma: Value, relaxation: Setting<Double> = 1,
        solver: ProximalSolver = .automatic, denoise: (Value) -> Value
    ) -> Iteration {
        let prox = proximal(of: data, like: start, solver: solver)
        let x = state("x", initial: start)
        let z = state("z", initial: start)
        let u = prox("u", z, gamma: gamma, in: self)
        let reflected = add("reflected", Arithmetic(.subtract), add("twice", Scale(2), u), z)
        let next = denoise(reflected)
        let gap = add("gap", Arithmetic(.subtract), next, u)
        self.next(z, add("next-z", Axpy(), add("beta", Number(relaxation)), gap, z))
        return iteration(x, becomes: next)
    }
}
