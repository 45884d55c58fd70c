public import GraphModel
internal import Imaging
public import Tensors

/// Builds the window of each tile from the inner parts of its neighbours: the exchange by which an image lives as
/// tiles, with no worker holding the whole. Runs over an axis of `exact` tiles.
public struct HaloExchange: NodeKind {
    public static let name = "exchange"
    public static let inputs = [Input("inner", .neighbours)]

    /// The kind; it has no settings.
    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let tiling = try context.tiling()
        guard tiling.mode == .exact else {
            throw .rule("windows can be built from neighbours in the mode 'exact' only, not '\(tiling.mode.rawValue)'")
        }
        let own = try context.type(0)
        for (neighbour, type) in zip(context.neighbours, context.inputs[0]) {
            let inner = tiling[neighbour].inner.extents
            try checkTiles(type == TensorType(own.shape.replacingTrailing(inner), own.element), type, inner)
        }
        return TensorType(own.shape.replacingTrailing(tiling[context.index].window.extents), own.element)
    }

    public func box(_ context: NodeContext, input: Int, value: Int) -> Region? {
        guard let tiling = try? context.tiling(), context.neighbours.indices.contains(value) else { return nil }
        let inner = tiling[context.neighbours[value]].inner
        return tiling.source(ofWindow: context.index).intersection(inner).within(inner)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(try output(context).byteCount))
    }

    public var traits: KindTraits { .keepsScale }
}

/// Fills the window of a tile from the inner parts of its neighbours.
final class HaloExchangeKernel: Kernel {
    private let copies: [WindowPart]

    init(_ kind: HaloExchange, _ context: KernelContext) throws {
        let tiling = try context.node.tiling()
        copies = context.node.neighbours.enumerated().map { value, neighbour in
            WindowPart(tiling, window: context.node.index, inner: neighbour, box: context.box(0, value: value))
        }
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        for (copy, inner) in zip(copies, inputs.all(0)) { copy.fill(from: inner, into: output) }
    }
}
