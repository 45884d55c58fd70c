internal import Glibc
public import GraphModel
public import Tensors

/// A function of one value, element by element.
public struct Function: NodeKind {
    public static let name = "function"
    public static let inputs = [Input("x")]

    /// What is computed of an element.
    public enum Name: String, NamedChoice, Hashable, Sendable {
        case negate, square, reciprocal
        case squareRoot = "square-root"
        /// Of complex elements `|z|`, a real number.
        case magnitude
        /// Of complex elements the angle, from −π to π, a real number.
        case phase
        case conjugate
        case realPart = "real-part"
        case imaginaryPart = "imaginary-part"
        case exponential, logarithm
        /// 1 for what is above 0, −1 for what is below, 0 for 0; of complex elements `z / |z|`.
        case sign

        /// Whether complex elements have it.
        var takesComplex: Bool {
            switch self {
            case .negate, .square, .reciprocal, .magnitude, .phase, .conjugate, .realPart, .imaginaryPart, .sign: true
            case .squareRoot, .exponential, .logarithm: false
            }
        }

        /// Whether it makes real elements of complex ones.
        var yieldsReal: Bool { [.magnitude, .phase, .realPart, .imaginaryPart].contains(self) }
    }

    public let function: Name

    public init(_ function: Name) {
        self.function = function
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let type = try context.type(0)
        guard type.element == .float32 || function.takesComplex else {
            throw .rule("'\(function.rawValue)' is not defined for complex values; take their magnitudes first")
        }
        return function.yieldsReal ? TensorType(type.shape) : type
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 2)
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        function == .negate ? inputs[0].first ?? nil : nil
    }

    public var traits: KindTraits {
        [.negate, .magnitude, .conjugate, .realPart, .imaginaryPart].contains(function) ? .keepsScale : []
    }

    public var label: String { function.rawValue }
}

final class FunctionKernel: Kernel {
    private let function: Function.Name

    init(_ kind: Function, _ context: KernelContext) {
        function = kind.function
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let x = inputs[0]
        if x.type.element == .complex64 { runComplex(x, output) } else { runReal(x, output) }
    }

    private func runReal(_ x: TensorView, _ output: MutableTensorView) {
        switch function {
        case .negate: each(x, output) { -$0 }
        case .square: each(x, output) { $0 * $0 }
        case .reciprocal: each(x, output) { 1 / $0 }
        case .squareRoot: each(x, output) { $0.squareRoot() }
        case .magnitude: each(x, output) { $0.magnitude }
        case .phase: each(x, output) { $0 < 0 ? .pi : 0 }
        case .conjugate, .realPart: each(x, output) { $0 }
        case .imaginaryPart: output.fill(0)
        // By way of double precision, whose rounding hides differences between versions of the C library.
        case .exponential: each(x, output) { Float(exp(Double($0))) }
        case .logarithm: each(x, output) { Float(log(Double($0))) }
        case .sign: each(x, output) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
        }
    }

    private func runComplex(_ x: TensorView, _ output: MutableTensorView) {
        for i in 0..<x.floats.count / 2 {
            let (p, q) = (x.floats[2 * i], x.floats[2 * i + 1])
            switch function {
            case .negate: set(i, -p, -q, output)
            case .square: set(i, p * p - q * q, 2 * p * q, output)
            case .reciprocal:
                let size = p * p + q * q
                set(i, p / size, -q / size, output)
            case .conjugate: set(i, p, -q, output)
            case .sign:
                let size = magnitude(p, q)
                set(i, size > 0 ? p / size : 0, size > 0 ? q / size : 0, output)
            case .magnitude: output.floats[i] = magnitude(p, q)
            case .phase: output.floats[i] = Float(atan2(Double(q), Double(p)))
            case .imaginaryPart: output.floats[i] = q
            default: output.floats[i] = p
            }
        }
    }

    private func magnitude(_ p: Float, _ q: Float) -> Float {
        Float((Double(p) * Double(p) + Double(q) * Double(q)).squareRoot())
    }

    private func set(_ index: Int, _ real: Float, _ imaginary: Float, _ output: MutableTensorView) {
        output.floats[2 * index] = real
        output.floats[2 * index + 1] = imaginary
    }

    /// The closure is one of a few literals, which the compiler puts into the loop.
    @inline(__always)
    private func each(_ x: TensorView, _ output: MutableTensorView, _ function: (Float) -> Float) {
        let (from, to) = (x.floats, output.floats)
        for i in 0..<to.count { to[i] = function(from[i]) }
    }
}
