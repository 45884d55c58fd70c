public import GraphModel
internal import Imaging
public import Tensors

/// Cuts the window of each tile out of an image. Runs over an axis of tiles.
public struct Crop: NodeKind {
    public static let name = "crop"
    public static let inputs = [Input("image")]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        let tiling = try context.tiling()
        try checkTiles(image.shape.trailing(tiling.extents.count) == tiling.extents, image, tiling.extents)
        return TensorType(image.shape.replacingTrailing(tiling[context.index].window.extents), image.element)
    }

    public func box(_ context: NodeContext, input: Int, value: Int) -> Region? {
        (try? context.tiling())?.source(ofWindow: context.index)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(try output(context).byteCount))
    }

    public var traits: KindTraits { .keepsScale }
}

final class CropKernel: Kernel {
    private let copy: TileCopy

    init(_ kind: Crop, _ context: KernelContext) throws {
        copy = TileCopy(try context.node.tiling(), index: context.node.index, imageBox: context.box(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        copy.crop(inputs[0], into: output)
    }
}
