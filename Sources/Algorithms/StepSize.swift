public import GraphModel
internal import Kernels

/// A step size τ of gradient steps on a data term.
public enum StepSize: Sendable {
    /// A number, or what a parameter says.
    case fixed(Setting<Double>)
    /// So many times 1 / ‖Σ_i A_iᴴA_i‖, which is measured before the loop; iterations with it converge below 2, those with
    /// momentum to 1.
    case relative(Setting<Double>)
    /// A value of the graph, such as a ``Schedule``.
    case value(Value)
}

extension StepSize: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .fixed(Setting(value)) }
}

extension GraphBuilder {
    /// `x − τ · gradient`, a node of the given id, and where τ is measured those that measure it.
    ///
    /// - Parameter isAccelerated: Whether momentum follows, which converges for half as long steps only.
    public func descend(
        _ id: String, _ x: Value, along gradient: Value, by step: StepSize, of data: DataTerm,
        isAccelerated: Bool = false
    ) -> Value {
        guard case .fixed(let tau) = step else {
            return add(id, DescendBy(), number("step", step, of: data, like: x), gradient, x)
        }
        return add(id, Descend(step: tau, isAccelerated: isAccelerated), x, gradient)
    }

    /// A step size as a value: a node of the given id, unless it is one already.
    ///
    /// - Parameter image: A value of the shape of an image, that is there before the loop.
    public func number(_ id: String, _ step: StepSize, of data: DataTerm, like image: Value) -> Value {
        switch step {
        case .fixed(let tau): return add(id, Number(tau))
        case .value(let value): return value
        case .relative(let part):
            let norm = lipschitzConstant("\(id)-norm", of: data, like: image)
            return add(id, Arithmetic(.divide), add("\(id)-part", Number(part)), norm)
        }
    }
}
