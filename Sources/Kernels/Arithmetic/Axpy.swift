public import GraphModel
internal import TensorMath
public import Tensors

/// `α x + y`, for a number α that is a value itself.
public struct Axpy: NodeKind {
    public static let name = "axpy"
    public static let inputs = [Input("alpha"), Input("x"), Input("y")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.scaledSumType(number: "alpha")
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 2).inVectors
    }
}

final class AxpyKernel: Kernel {
    init(_ kind: Axpy, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[2])
        axpy(inputs[0].floats[0], inputs[1], output)
    }
}

extension NodeContext {
    /// The type that inputs 1 and 2 share, where input 0 is a real number.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where they are otherwise.
    func scaledSumType(number name: String) throws(GraphError) -> TensorType {
        try checkIsNumber(0, name)
        let (x, y) = (try type(1), try type(2))
        guard x == y else { throw .rule("it adds \(x) to \(y); both must be of one shape") }
        return y
    }
}
