public import GraphModel
internal import Kernels

/// How the proximal operator of a stacked data term is computed.
public enum ProximalSolver: Sendable {
    /// In closed form where every `A_iᴴA_i` is a circular convolution, else by 10 conjugate gradient steps.
    case automatic
    /// By one division in the Fourier domain; refused where an `A_iᴴA_i` is no circular convolution.
    case closedForm
    /// By so many steps of conjugate gradients, written out on the graph, from the last iteration's solution.
    case conjugateGradients(steps: Int)
}

/// The proximal operator of a data term, ready to be used once in an iteration.
public struct DataProximal {
    private let data: DataTerm
    private let backprojection: Value
    private let form: Form

    private enum Form {
        case spectrum(Value)
        case conjugateGradients(steps: Int, start: Value)
    }

    fileprivate init(_ data: DataTerm, like image: Value, solver: ProximalSolver, in g: GraphBuilder) {
        self.data = data
        backprojection = g.backprojection("data-adjoint", of: data)
        var steps = 10
        switch solver {
        case .automatic where data.map.hasCircularNormal, .closedForm:
            form = .spectrum(g.normalSpectrum("data-spectrum", of: data, like: image))
            return
        case .automatic: break
        case .conjugateGradients(let asked): steps = asked
        }
        form = .conjugateGradients(steps: steps, start: image)
    }

    /// `argmin_u γ f(u) + ½ ‖u − v‖² = (I + γ Σ_i A_iᴴA_i)⁻¹ (v + γ Σ_i A_iᴴy_i)`, a node of the given id.
    ///
    /// By conjugate gradients it adds a state, the last solution, and reports the residual that they leave, relative to the
    /// right-hand side, as the metric `ID-residual`.
    ///
    /// - Parameter gamma: γ, a number.
    public func callAsFunction(_ id: String, _ v: Value, gamma: Value, in g: GraphBuilder) -> Value {
        let right = g.add("\(id)-right", Axpy(), gamma, backprojection, v)
        switch form {
        case .spectrum(let spectrum): return g.add(id, SpectralSolve(), right, spectrum, gamma)
        case .conjugateGradients(let steps, let start):
            let last = g.state("\(id)-last", initial: start)
            let found = g.conjugateGradients(id, right: right, from: last, steps: steps) { name, p in
                g.add("\(name)-shifted", Axpy(), gamma, g.normal("\(name)-normal", of: data, at: p), p)
            }
            g.next(last, found.solution)
            g.metric(found.residual)
            return found.solution
        }
    }
}

extension GraphBuilder {
    /// The proximal operator of a data term, for one use in the loop; what it needs is computed before.
    ///
    /// - Parameters:
    ///   - data: The data term.
    ///   - image: A value of the shape of an image, that is there before the loop; conjugate gradients start from it.
    ///   - solver: How it is computed.
    public func proximal(of data: DataTerm, like image: Value, solver: ProximalSolver = .automatic) -> DataProximal {
        if data.fidelity != .l2 {
            refuse(
                "the proximal operator of a stacked data term is there for the fidelity l2 only; use an algorithm with its "
                    + "gradient, or chambollePock")
        }
        return DataProximal(data, like: image, solver: solver, in: self)
    }

    /// The spectrum of `Σ_i A_iᴴA_i`.
    fileprivate func normalSpectrum(_ id: String, of data: DataTerm, like image: Value) -> Value {
        guard let shard = data.shard else { return add(id, NormalSpectrum(data.map), image) }
        return add(id, Sum(), add("\(id)-terms", NormalSpectrum(data.map), image, over: shard))
    }

    /// Conjugate gradients (Hestenes and Stiefel 1952) on `M u = b` for a positive definite M, written out: nodes `ID-1`,
    /// `ID-2` … and the solution, called `id`.
    ///
    /// - Parameters:
    ///   - right: b.
    ///   - start: Where they begin.
    ///   - steps: How many.
    ///   - apply: Adds the nodes that yield `M p`, with names that begin as it is told.
    /// - Returns: u, and ‖b − M u‖ / ‖b‖ as they count it.
    func conjugateGradients(
        _ id: String, right: Value, from start: Value, steps: Int, apply: (String, Value) -> Value
    ) -> (solution: Value, residual: Value) {
        // Where there is nothing left to solve numerator and denominator are both 0.
        let least = add("\(id)-least", Number(1e-30))
        func quotient(_ name: String, _ a: Value, _ b: Value) -> Value {
            add(name, Arithmetic(.divide), a, add("\(name)-below", Arithmetic(.maximum), b, least))
        }
        var u = start
        var r = add("\(id)-r-0", Arithmetic(.subtract), right, apply("\(id)-0", start))
        var p = r
        var size = add("\(id)-rr-0", InnerProduct(), r, r)
        let count = max(1, steps)
        for k in 1...count {
            let image = apply("\(id)-\(k)", p)
            let alpha = quotient("\(id)-alpha-\(k)", size, add("\(id)-pq-\(k)", InnerProduct(), p, image))
            u = add(k == count ? id : "\(id)-u-\(k)", Axpy(), alpha, p, u)
            r = add("\(id)-r-\(k)", DescendBy(), alpha, image, r)
            let next = add("\(id)-rr-\(k)", InnerProduct(), r, r)
            if k < count { p = add("\(id)-p-\(k)", Axpy(), quotient("\(id)-beta-\(k)", next, size), p, r) }
            size = next
        }
        let left = add("\(id)-left", Function(.squareRoot), size)
        let residual = add("\(id)-residual", Arithmetic(.divide), left, add("\(id)-norm", Norm(), right))
        return (u, residual)
    }
}
