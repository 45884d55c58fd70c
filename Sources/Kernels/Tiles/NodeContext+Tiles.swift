public import GraphModel
public import Tensors

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

func checkTiles(_ holds: Bool, _ type: TensorType, _ extents: [Int]) throws(GraphError) {
    guard !holds else { return }
    throw .rule("it is given \(type), but the tiles are of a value that ends in \(Shape(extents))")
}
