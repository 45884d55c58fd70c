public import GraphModel
internal import Tensors

/// What is read of an array: which of a file's, a region, a slice for each instance, averages. Only the bytes of that travel
/// to a worker and are read there, where the format allows it.
public struct ArrayPart: Codable, Hashable, Sendable {
    /// Which of the file's arrays; `nil` for the only one.
    public let dataSet: Setting<String>?
    /// For the last axes of the array as it is stored, the first index and the one after the last: `[[0, 512], [100, 612]]`
    /// are 512 rows, and 512 columns from the hundredth on.
    public let region: [[Int]]?
    /// The axis of the array, as it is stored, of which instance i reads entry i alone; it is gone then.
    public let slice: Int?
    /// So many rows and columns become one, their average.
    public let binning: Setting<Int>?

    /// A part of an array; what is left out is read whole.
    public init(
        dataSet: Setting<String>? = nil, region: [[Int]]? = nil, slice: Int? = nil, binning: Setting<Int>? = nil
    ) {
        self.dataSet = dataSet
        self.region = region
        self.slice = slice
        self.binning = binning
    }

    /// The box of an array that an instance reads.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where the array has none such.
    func box(of stored: Shape, _ context: NodeContext, _ file: String) throws(GraphError) -> Region {
        var ranges = Region(whole: stored.dimensions).ranges
        let region = region ?? []
        guard region.count <= ranges.count else {
            throw .rule("\(file): 'region' has \(region.count) axes, and the array \(stored)")
        }
        for (axis, bounds) in zip(ranges.indices.suffix(region.count), region) {
            guard bounds.count == 2, bounds[0] >= 0, bounds[0] < bounds[1], bounds[1] <= stored[axis] else {
                throw .rule(
                    "\(file): 'region' is \(bounds) on axis \(axis) of \(stored); give the first index and the one after "
                        + "the last, within the array")
            }
            ranges[axis] = bounds[0]..<bounds[1]
        }
        if let slice {
            guard ranges.indices.dropLast(region.count).contains(slice) else {
                throw .rule("\(file): 'slice' is \(slice); it must be an axis of \(stored) that 'region' leaves whole")
            }
            guard context.axis != nil, context.index < stored[slice] else {
                throw .rule(
                    "\(file): instance \(context.index) has no slice of its own: axis \(slice) of \(stored) has \(stored[slice]) "
                        + "entries" + (context.axis == nil ? "; add the node 'over' an axis" : ""))
            }
            ranges[slice] = context.index..<context.index + 1
        }
        return Region(ranges)
    }

    /// Rows and columns that become one.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where an image cannot be averaged so.
    func bins(of image: TensorType, _ file: String) throws(GraphError) -> Int {
        guard let factor = binning?.value, factor != 1 else { return 1 }
        guard factor > 1, image.shape.rank >= 2, image.shape.trailing(2).allSatisfy({ $0.isMultiple(of: factor) })
        else {
            throw .rule(
                "\(file): 'binning' is \(factor); it must be 1 or more, and divide rows and columns of \(image.shape) "
                    + "('region' can cut what is left over)")
        }
        return factor
    }
}
