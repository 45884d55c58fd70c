public import Tensors

/// Cuts the window of each tile out of an image. Runs over an axis of tiles.
public struct Crop: NodeKind {
    public static let name = "crop"
    public static let inputs = [Input("image")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        let tiling = try context.tiling()
        try check(image.shape.trailing(tiling.extents.count) == tiling.extents, image, tiling.extents)
        return TensorType(image.shape.replacingTrailing(tiling[context.index].window.extents), image.element)
    }

    public func box(_ context: NodeContext, input: Int, value: Int) -> Region? {
        (try? context.tiling())?.source(ofWindow: context.index)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(try output(context).byteCount))
    }
}

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
            try check(type == TensorType(first.shape.replacingTrailing(window), first.element), type, window)
        }
        return TensorType(first.shape.replacingTrailing(tiling.extents), first.element)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // Copies, but where windows are averaged.
        try elementwiseCost(context, operations: try context.gatheredTiling().mode == .blend ? 2 : 0)
    }
}

/// Cuts the inner part out of the window of each tile. Runs over an axis of tiles.
public struct Trim: NodeKind {
    public static let name = "trim"
    public static let inputs = [Input("window")]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let window = try context.type(0)
        let tile = try context.tiling()[context.index]
        let extents = tile.window.extents
        try check(window.shape.trailing(extents.count) == extents, window, extents)
        return TensorType(window.shape.replacingTrailing(tile.inner.extents), window.element)
    }

    public func box(_ context: NodeContext, input: Int, value: Int) -> Region? {
        (try? context.tiling())?[context.index].innerInWindow
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        Cost(bytes: 2 * Double(try output(context).byteCount))
    }
}

/// Builds the window of each tile from the inner parts of its neighbours: the exchange by which an image lives as
/// tiles, with no worker holding the whole. Runs over an axis of `exact` tiles.
public struct HaloExchange: NodeKind {
    public static let name = "exchange"
    public static let inputs = [Input("inner", .neighbours)]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let tiling = try context.tiling()
        guard tiling.mode == .exact else {
            throw .rule("windows can be built from neighbours in the mode 'exact' only, not '\(tiling.mode.rawValue)'")
        }
        let own = try context.type(0)
        for (neighbour, type) in zip(context.neighbours, context.inputs[0]) {
            let inner = tiling[neighbour].inner.extents
            try check(type == TensorType(own.shape.replacingTrailing(inner), own.element), type, inner)
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
}

/// Puts the inner parts of all tiles together.
public struct Assemble: NodeKind {
    public static let name = "assemble"
    public static let inputs = [Input("inner", .all)]

    public init() {}

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let tiling = try context.gatheredTiling()
        let first = try context.type(0)
        for (index, type) in context.inputs[0].enumerated() {
            let inner = tiling[index].inner.extents
            try check(type == TensorType(first.shape.replacingTrailing(inner), first.element), type, inner)
        }
        return TensorType(first.shape.replacingTrailing(tiling.extents), first.element)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        try elementwiseCost(context, operations: 0)
    }
}

extension NodeContext {
    /// The tiling of the axis that is gathered.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where that is no axis of tiles.
    public func gatheredTiling() throws(GraphError) -> Tiling {
        guard let tiling = gathered?.tiling, tiling.count == inputs[0].count else {
            throw .rule("it puts tiles together, so it must gather a node that runs over an axis of tiles")
        }
        return tiling
    }
}

private func check(_ holds: Bool, _ type: TensorType, _ extents: [Int]) throws(GraphError) {
    guard !holds else { return }
    throw .rule("it is given \(type), but the tiles are of a value that ends in \(Shape(extents))")
}
