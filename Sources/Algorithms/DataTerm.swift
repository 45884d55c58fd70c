public import GraphModel
public import Kernels

/// The data term `f(x) = Σ_i d(A_i x, y_i)` of a reconstruction: a stack of operators, what they measured, and how far a
/// measurement is from what an image would give; `½ ‖A_i x − y_i‖²` unless another fidelity is given.
public struct DataTerm: Sendable {
    /// The operators `A_i`: one, or over ``shard`` one for each index.
    public let map: any Operator
    /// The measurements `y_i`.
    public let measurements: Value
    /// The axis of the stack; `nil` for a single operator.
    public let shard: AxisHandle?
    /// The distance d.
    public let fidelity: Fidelity

    /// - Parameters:
    ///   - map: The operators `A_i`.
    ///   - measurements: The measurements `y_i`, over the same axis.
    ///   - shard: The axis of the stack; `nil` for a single operator.
    ///   - fidelity: The distance d. Proximal operators of the term, and what needs its Lipschitz constant, are for ℓ2.
    public init(
        _ map: any Operator, _ measurements: Value, over shard: AxisHandle? = nil, fidelity: Fidelity = .l2
    ) {
        self.map = map
        self.measurements = measurements
        self.shard = shard
        self.fidelity = fidelity
    }
}

extension GraphBuilder {
    /// `∇f(x)`, for ℓ2 `Σ_i A_iᴴ(A_i x − y_i)`: a node of the given id and, over a stack, one of its terms (`IDs`).
    public func gradient(_ id: String, of data: DataTerm, at x: Value) -> Value {
        guard data.fidelity == .l2 else {
            let image = add("\(id)-image", Measure(data.map), x, over: data.shard)
            let slope = add("\(id)-slope", FidelityGradient(data.fidelity), image, data.measurements, over: data.shard)
            return adjoint(id, data.map, slope, over: data.shard)
        }
        guard let shard = data.shard else { return add(id, DataGradient(data.map), x, data.measurements) }
        return add(id, Sum(), add("\(id)s", DataGradient(data.map), x, data.measurements, over: shard))
    }

    /// `f(x)`, a number.
    public func value(_ id: String, of data: DataTerm, at x: Value) -> Value {
        guard data.fidelity == .l2 else {
            let image = add("\(id)-image", Measure(data.map), x, over: data.shard)
            guard let shard = data.shard else {
                return add(id, FidelityValue(data.fidelity), image, data.measurements)
            }
            return add(
                id, Sum(), add("\(id)-terms", FidelityValue(data.fidelity), image, data.measurements, over: shard))
        }
        guard let shard = data.shard else { return add(id, DataFidelity(data.map), x, data.measurements) }
        return add(id, Sum(), add("\(id)-terms", DataFidelity(data.map), x, data.measurements, over: shard))
    }

    /// `Σ_i A_iᴴ y_i`, of which an image can be started from: it is as bright as the image times `‖Σ_i A_iᴴA_i‖`.
    public func backprojection(_ id: String, of data: DataTerm) -> Value {
        adjoint(id, data.map, data.measurements, over: data.shard)
    }

    /// `Σ_i A_iᴴ u_i`.
    public func adjoint(_ id: String, _ map: any Operator, _ values: Value, over shard: AxisHandle?) -> Value {
        guard let shard else { return add(id, Adjoint(map), values) }
        return add(id, Sum(), add("\(id)s", Adjoint(map), values, over: shard))
    }

    /// `Σ_i A_iᴴA_i x`.
    public func normal(_ id: String, of data: DataTerm, at x: Value) -> Value {
        guard let shard = data.shard else { return add(id, Normal(data.map), x) }
        return add(id, Sum(), add("\(id)s", Normal(data.map), x, over: shard))
    }

    /// `‖Σ_i A_iᴴA_i‖`, the Lipschitz constant of ∇f, by power iteration before the loop, from below.
    ///
    /// - Parameters:
    ///   - data: The term.
    ///   - image: A value of the shape of an image.
    ///   - iterations: As many of the power iteration, written out on the graph over a stack. It starts from noise.
    public func lipschitzConstant(
        _ id: String, of data: DataTerm, like image: Value, iterations: Int = 12
    ) -> Value {
        guard data.shard != nil else { return add(id, SquaredNorm(data.map), image) }
        // Uniform noise has a mean, the direction that blurs and projections weaken least.
        var v = add("\(id)-start", UniformNoise(amplitude: [1], seed: 1), add("\(id)-zeros", Zeros(), image))
        v = add("\(id)-lifted", Arithmetic(.add), v, add("\(id)-one", Number(1)))
        v = add("\(id)-0", Arithmetic(.divide), v, add("\(id)-size", Norm(), v))
        var size = v
        for k in 1...max(1, iterations) {
            let image = normal("\(id)-normal-\(k)", of: data, at: v)
            let isLast = k == max(1, iterations)
            size = add(isLast ? id : "\(id)-size-\(k)", Norm(), image)
            if !isLast { v = add("\(id)-\(k)", Arithmetic(.divide), image, size) }
        }
        return size
    }
}
