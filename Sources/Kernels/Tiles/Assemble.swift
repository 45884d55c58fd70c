public import GraphModel
internal import Imaging
public import Tensors

/// Puts the inner parts of all tiles together.
public struct Assemble: NodeKind {
    public static let name = "assemble"
    public static let inputs = [Input("inner", .all)]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let tiling = try context.gatheredTiling()
        let first = try context.type(0)
        for (index, type) in context.inputs[0].enumerated() {
            let inner = tiling[index].inner.extents
            try checkTiles(type == TensorType(first.shape.replacingTrailing(inner), first.element), type, inner)
        }
        return TensorType(first.shape.replacingTrailing(tiling.extents), first.element)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 0)
    }

    public var traits: KindTraits { .keepsScale }
}

final class AssembleKernel: Kernel {
    private let copies: [TileCopy]

    init(_ kind: Assemble, _ context: KernelContext) throws {
        let tiling = try context.node.gatheredTiling()
        copies = (0..<tiling.count).map { TileCopy(tiling, index: $0) }
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        for (copy, inner) in zip(copies, inputs.all(0)) { copy.place(inner, into: output) }
    }
}
