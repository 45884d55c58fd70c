public import GraphModel
internal import TensorMath
public import Tensors

/// The real part of `⟨a, b⟩ = Σ conj(a_i) b_i`, a number; of real values their inner product.
///
/// The sum is over the elements in one order, whoever computes it; over an axis, gather the numbers by ``Sum``, which adds
/// them by a fixed tree.
public struct InnerProduct: NodeKind {
    public static let name = "inner-product"
    public static let inputs = [Input("a"), Input("b")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        _ = try context.commonType()
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let type = try context.type(0)
        var cost = Cost.vectors(operations: 2 * Double(type.floatCount))
        cost.bytes = 2 * Double(type.byteCount)
        return cost
    }
}

final class InnerProductKernel: Kernel {
    init(_ kind: InnerProduct, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.fill(Float(inner(inputs[0], inputs[1])))
    }
}
