public import GraphModel
public import Tensors

/// Arithmetic of two values, element by element; either may be a number, which then goes with every element of the other.
public struct Arithmetic: NodeKind {
    public static let name = "arithmetic"
    public static let inputs = [Input("a"), Input("b")]

    /// What is computed of two elements.
    public enum Operation: String, NamedChoice, Hashable, Sendable {
        case add, subtract, multiply, divide, maximum, minimum
        /// 1 where a < b, 0 elsewhere.
        case less
        /// 1 where a ≤ b, 0 elsewhere.
        case lessOrEqual = "less-or-equal"

        /// Whether complex numbers have it.
        var takesComplex: Bool { [.add, .subtract, .multiply, .divide].contains(self) }

        var symbol: String {
            switch self {
            case .add: "a + b"
            case .subtract: "a − b"
            case .multiply: "a · b"
            case .divide: "a / b"
            case .maximum: "max(a, b)"
            case .minimum: "min(a, b)"
            case .less: "a < b"
            case .lessOrEqual: "a ≤ b"
            }
        }
    }

    public let operation: Operation

    public init(_ operation: Operation) {
        self.operation = operation
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let (a, b) = (try context.type(0), try context.type(1))
        guard a == b || a == .scalar || b == .scalar else {
            throw .rule("its inputs are \(a) and \(b); both must be of one shape, or one a number")
        }
        let type = a == .scalar ? b : a
        guard operation.takesComplex || type.element == .float32 else {
            throw .rule("'\(operation.rawValue)' is not defined for complex values; take their magnitudes first")
        }
        return type
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context).inVectors
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        guard operation == .add || operation == .subtract, let a = inputs[0].first ?? nil,
            let b = inputs[1].first ?? nil
        else { return nil }
        return a + b
    }

    public var traits: KindTraits {
        switch operation {
        case .add, .subtract, .maximum, .minimum: .keepsScale
        default: []
        }
    }

    public var label: String { operation.symbol }
}

final class ArithmeticKernel: Kernel {
    private let operation: Arithmetic.Operation

    init(_ kind: Arithmetic, _ context: KernelContext) {
        operation = kind.operation
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let (a, b) = (inputs[0], inputs[1])
        guard output.type.element == .complex64 else {
            compute(a, b, output)
            return
        }
        switch operation {
        // A number has no imaginary part to be multiplied by, but one to be added to none.
        case .multiply where a.type == .scalar || b.type == .scalar, .divide where b.type == .scalar:
            compute(a, b, output)
        case .add where a.type == b.type, .subtract where a.type == b.type: compute(a, b, output)
        default: computeComplex(a, b, output)
        }
    }

    private func compute(_ a: TensorView, _ b: TensorView, _ output: MutableTensorView) {
        switch operation {
        case .add: each(a, b, output) { $0 + $1 }
        case .subtract: each(a, b, output) { $0 - $1 }
        case .multiply: each(a, b, output) { $0 * $1 }
        case .divide: each(a, b, output) { $0 / $1 }
        // What is no number stays, whichever of the two it is.
        case .maximum: each(a, b, output) { $0 > $1 || $0.isNaN ? $0 : $1 }
        case .minimum: each(a, b, output) { $0 < $1 || $0.isNaN ? $0 : $1 }
        case .less: each(a, b, output) { $0 < $1 ? 1 : 0 }
        case .lessOrEqual: each(a, b, output) { $0 <= $1 ? 1 : 0 }
        }
    }

    /// The closure is one of a few literals, which the compiler puts into the loop.
    @inline(__always)
    private func each(
        _ a: TensorView, _ b: TensorView, _ output: MutableTensorView, _ operation: (Float, Float) -> Float
    ) {
        let (x, y, z) = (a.floats, b.floats, output.floats)
        if x.count == z.count, y.count == z.count {
            for i in 0..<z.count { z[i] = operation(x[i], y[i]) }
        } else if y.count == z.count, let number = x.first {
            for i in 0..<z.count { z[i] = operation(number, y[i]) }
        } else if let number = y.first {
            for i in 0..<z.count { z[i] = operation(x[i], number) }
        }
    }

    private func computeComplex(_ a: TensorView, _ b: TensorView, _ output: MutableTensorView) {
        for i in 0..<output.floats.count / 2 {
            let ((p, q), (r, s)) = (element(i, of: a), element(i, of: b))
            let (real, imaginary): (Float, Float)
            switch operation {
            case .add: (real, imaginary) = (p + r, q + s)
            case .subtract: (real, imaginary) = (p - r, q - s)
            case .multiply: (real, imaginary) = (p * r - q * s, p * s + q * r)
            default:
                let size = r * r + s * s
                (real, imaginary) = ((p * r + q * s) / size, (q * r - p * s) / size)
            }
            output.floats[2 * i] = real
            output.floats[2 * i + 1] = imaginary
        }
    }

    private func element(_ index: Int, of value: TensorView) -> (Float, Float) {
        value.type == .scalar ? (value.floats[0], 0) : (value.floats[2 * index], value.floats[2 * index + 1])
    }
}
