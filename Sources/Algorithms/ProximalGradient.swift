public import GraphModel
public import Kernels

/// The nodes of an iteration of proximal gradient descent.
public struct ProximalGradient: Sendable {
    /// The image, a state.
    public let x: Value
    /// `Σ_i A_iᴴ(A_i x − y_i)`.
    public let gradient: Value
    /// `x − τ · gradient`.
    public let descended: Value
    /// What `x` becomes.
    public let next: Value
    /// How much an iteration changes `x`, a metric.
    public let residual: Value
}

extension GraphBuilder {
    /// Proximal gradient descent on the ℓ2 data fidelity; with a denoiser in the place of the proximal operator, Plug-and-Play
    /// (PnP-PGD; Venkatakrishnan et al. 2013, Kamilov et al. 2017):
    ///
    ///     x ← prox( x − τ · Σ_i A_iᴴ(A_i x − y_i) )
    ///
    /// It converges for a proximal operator where τ is below 2 / ‖Σ_i A_iᴴA_i‖. Its nodes are called `x`, `gradients`,
    /// `gradient`, `z` and `residual`, and what `prox` adds.
    ///
    /// - Parameters:
    ///   - map: The operators `A_i`: one, or over `shard` one for each index.
    ///   - y: The measurements.
    ///   - shard: The axis of the operators; `nil` for a single one.
    ///   - start: The image to begin with.
    ///   - step: The step size τ.
    ///   - prox: Adds the nodes that yield what `x` becomes, from `x − τ · gradient`.
    public func proximalGradient(
        _ map: any Operator, measurements y: Value, over shard: AxisHandle? = nil, from start: Value,
        step: Setting<Double>, prox: (Value) -> Value
    ) -> ProximalGradient {
        let x = state("x", initial: start)
        let gradients: Value
        if let shard {
            let each = add("gradients", DataGradient(map), x, y, over: shard)
            gradients = add("gradient", Sum(), each)
        } else {
            gradients = add("gradient", DataGradient(map), x, y)
        }
        let z = add("z", Descend(step: step), x, gradients)
        let next = prox(z)
        self.next(x, next)
        let residual = add("residual", RelativeChange(), x, next)
        metric(residual)
        return ProximalGradient(x: x, gradient: gradients, descended: z, next: next, residual: residual)
    }

    /// An image denoised tile by tile: nodes `windows`, `denoised` and one of the given id.
    ///
    /// - Parameters:
    ///   - id: Of the node that yields the denoised image.
    ///   - image: `N × C × H × W`.
    ///   - kind: The denoiser.
    ///   - tile: Tiles of that image.
    public func denoised(
        _ id: String, _ image: Value, by kind: some NodeKind, over tile: AxisHandle
    ) -> Value {
        let windows = add("windows", Crop(), image, over: tile)
        return add(id, Blend(), add("denoised", kind, windows, over: tile))
    }
}
