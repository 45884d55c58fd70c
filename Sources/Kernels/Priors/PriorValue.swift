public import GraphModel
internal import Imaging
public import Tensors

/// The value of a prior, `h(x)`, a number: infinite outside a box.
public struct PriorValue: NodeKind {
    public static let name = "prior-value"
    public static let inputs = [Input("x")]

    public let prior: Prior

    public init(_ prior: Prior) {
        self.prior = prior
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try prior.check(context.type(0))
        return .scalar
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        let image = try context.type(0)
        try prior.check(image)
        return prior.cost(image, operations: 2)
    }

    public var label: String { prior.label }
}

final class PriorValueKernel: Kernel {
    private let prior: PreparedPrior

    init(_ kind: PriorValue, _ context: KernelContext) throws {
        prior = try PreparedPrior(kind.prior, context)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        output.floats[0] = Float(prior.value(inputs[0]))
    }
}
