public import GraphModel
internal import Imaging
public import Tensors

/// Cuts the inner part out of the window of each tile. Runs over an axis of tiles.
public struct Trim: NodeKind {
    public static let name = "trim"
    public static let inputs = [Input("window")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let window = try context.type(0)
        let tile = try context.tiling()[context.index]
        let extents = tile.window.extents
        try checkTiles(window.shape.trailing(extents.count) == extents, window, extents)
        return TensorType(window.shape.replacingTrailing(tile.inner.extents), window.element)
    }

    public func box(_ context: NodeContext, input: Int, value: Int) -> Region? {
        (try? context.tiling())?[context.index].innerInWindow
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(try output(context).byteCount))
    }

    public var traits: KindTraits { [.keepsScale, .dropsHalo] }
}

final class TrimKernel: Kernel {
    private let copy: TileCopy

    init(_ kind: Trim, _ context: KernelContext) throws {
        copy = TileCopy(try context.node.tiling(), index: context.node.index, windowBox: context.box(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        copy.trim(inputs[0], into: output)
    }
}
