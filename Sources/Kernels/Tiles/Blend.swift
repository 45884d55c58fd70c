public import GraphModel
internal import Imaging
public import Tensors

/// Puts the windows of all tiles together: `paste` and `exact` by their inner parts, `blend` by a weighted average.
public struct Blend: NodeKind {
    public static let name = "blend"
    public static let inputs = [Input("windows", .all)]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let tiling = try context.gatheredTiling()
        let first = try context.type(0)
        for (index, type) in context.inputs[0].enumerated() {
            let window = tiling[index].window.extents
            try checkTiles(type == TensorType(first.shape.replacingTrailing(window), first.element), type, window)
        }
        return TensorType(first.shape.replacingTrailing(tiling.extents), first.element)
    }

    /// Where nothing is averaged, halos need not be sent.
    public func box(_ context: NodeContext, input: Int, value: Int) -> Region? {
        guard let tiling = try? context.gatheredTiling(), tiling.mode != .blend, value < tiling.count else {
            return nil
        }
        return tiling[value].innerInWindow
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // Copies, but where windows are averaged.
        try elementwiseCost(context, operations: try context.gatheredTiling().mode == .blend ? 2 : 0)
    }

    public var traits: KindTraits { .keepsScale }
}

final class BlendKernel: Kernel {
    private let copies: [TileCopy]
    private let averages: Bool

    init(_ kind: Blend, _ context: KernelContext) throws {
        let tiling = try context.node.gatheredTiling()
        copies = (0..<tiling.count).map { TileCopy(tiling, index: $0, windowBox: context.box(0, value: $0)) }
        averages = tiling.mode == .blend
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        if averages { output.fill(0) }
        for (copy, window) in zip(copies, inputs.all(0)) {
            if averages {
                copy.accumulate(window, into: output)
            } else {
                copy.paste(window, into: output)
            }
        }
    }
}
