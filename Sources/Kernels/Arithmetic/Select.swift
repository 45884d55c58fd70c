public import GraphModel
public import Tensors

/// `a` where a number is not 0, `b` where it is: what an iteration that was found too bold goes on from.
public struct Select: NodeKind {
    public static let name = "select"
    public static let inputs = [Input("condition"), Input("a"), Input("b")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.checkIsNumber(0, "condition")
        let (a, b) = (try context.type(1), try context.type(2))
        guard a == b else { throw .rule("it chooses between \(a) and \(b); both must be of one shape") }
        return a
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(try output(context).byteCount))
    }

    public var traits: KindTraits { .keepsScale }
}

final class SelectKernel: Kernel {
    init(_ kind: Select, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.copy(from: inputs[0].floats[0] != 0 ? inputs[1] : inputs[2])
    }
}
