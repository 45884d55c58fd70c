public import GraphModel
internal import Imaging
internal import TensorMath
public import Tensors

/// The sum of all instances of a node, over a fixed binary tree on the axis, so that it does not depend on placement.
public struct Sum: NodeKind {
    public static let name = "sum"
    public static let inputs = [Input("values", .all)]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let first = try context.type(0)
        guard let other = context.inputs[0].first(where: { $0 != first }) else { return first }
        throw .rule("it cannot add \(first) and \(other); all instances must be of one shape")
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: Double(context.inputs[0].count))
    }

    public func gradientBound(_ context: NodeContext, inputs: [[Double?]]) -> Double? {
        inputs[0].reduce(0) { total, bound in total.flatMap { sum in bound.map { sum + $0 } } }
    }

    public var traits: KindTraits { [.keepsScale, .sumsByTree] }
}

final class SumKernel: Kernel {
    init(_ kind: Sum, _ context: KernelContext) {}

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        TreeSum.sum(inputs.all(0), into: output)
    }
}
