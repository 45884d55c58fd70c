public import GraphModel
internal import Imaging
public import Tensors

/// What undoes the ``RandomTurn`` of the same seed in the same iteration.
public struct TurnBack: NodeKind {
    public static let name = "turn-back"
    public static let inputs = [Input("x")]

    public let seed: Setting<Int>

    public init(seed: Setting<Int>) {
        self.seed = seed
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        try context.turned(seed: seed)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 1)
    }

    public var traits: KindTraits { [.keepsScale, .changesWithIteration] }
}

final class TurnBackKernel: Kernel {
    private let seed: UInt64
    private let instance: Int

    init(_ kind: TurnBack, _ context: KernelContext) {
        seed = UInt64(max(kind.seed.value, 0))
        instance = context.node.index
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        PlaneTurn(drawnFor: output.shape.trailing(2), seed: seed, instance: instance, iteration: iteration)
            .inverse.apply(inputs[0], into: output)
    }
}
