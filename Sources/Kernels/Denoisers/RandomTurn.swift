public import GraphModel
internal import Imaging
public import Tensors

/// An image turned by 180 degrees or reflected, square ones also turned by 90 degrees, or as it is: another way each iteration,
/// drawn from the seed, the instance's index and the iteration, each with the same probability.
///
/// With a denoiser between it and a ``TurnBack`` of the same seed, both over the same axis or none, the denoiser is equivariant
/// on average (Terris, Moreau, Pustelnik and Tachella, "Equivariant plug-and-play image reconstruction", CVPR 2024). Nodes
/// with the same seed draw alike, whatever they are called.
public struct RandomTurn: NodeKind {
    public static let name = "random-turn"
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

final class RandomTurnKernel: Kernel {
    private let seed: UInt64
    private let instance: Int

    init(_ kind: RandomTurn, _ context: KernelContext) {
        seed = UInt64(max(kind.seed.value, 0))
        instance = context.node.index
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        PlaneTurn(drawnFor: output.shape.trailing(2), seed: seed, instance: instance, iteration: iteration)
            .apply(inputs[0], into: output)
    }
}

extension NodeContext {
    /// The type of an image (input 0) that can be turned.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it has no planes, or the seed is none.
    func turned(seed: Setting<Int>) throws(GraphError) -> TensorType {
        guard seed.value >= 0 else { throw .rule("'seed' is \(seed.value); it must be 0 or more") }
        let image = try type(0)
        guard image.shape.rank >= 2 else { throw .rule("only images can be turned, … × H × W, not \(image)") }
        return image
    }
}
