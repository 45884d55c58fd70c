public import GraphModel
public import Tensors

/// One of the last values, over an axis of as many as are remembered: in turn, each iteration one instance takes the new
/// value, the others keep theirs. Iteration k fills instance (k − 1) modulo their number.
public struct Remember: NodeKind {
    public static let name = "remember"
    public static let inputs = [Input("value"), Input("remembered")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        guard context.axis != nil else { throw .rule("it must run over an axis, with an instance for each value") }
        return try context.commonType()
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(try output(context).byteCount))
    }

    public var traits: KindTraits { [.keepsScale, .changesWithIteration] }
}

final class RememberKernel: Kernel {
    private let index: Int
    private let count: Int

    init(_ kind: Remember, _ context: KernelContext) {
        index = context.node.index
        count = max(1, context.node.axis?.count ?? 1)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: (iteration - 1) % count == index ? inputs[0] : inputs[1])
    }
}
