public import GraphModel
public import Tensors

/// An array (`.npy`) or a picture (PNG, in [0, 1]) from a file.
public struct Load: NodeKind {
    public static let name = "load"
    public static let inputs: [Input] = []

    /// How the axes of an array are taken. A picture's are known.
    public enum Layout: String, Hashable, Sendable, NamedChoice, ParameterType {
        /// They stay as they are.
        case array
        /// They become `N × C × H × W`: `H × W` and `C × H × W` get the axes they lack. One that looks like `H × W × C`
        /// is refused.
        case image
        /// Like `image`, whatever it looks like.
        case chw
        /// `H × W × C` and `N × H × W × C` become `N × C × H × W`.
        case hwc

        /// Those that make an image.
        public static let ofImages: [Layout] = [.image, .chw, .hwc]
    }

    /// Its path; `{AXIS}` stands for the instance's index.
    public let path: Setting<String>
    /// How the axes of an array are taken.
    public let layout: Setting<Layout>
    /// The numbers that stand for 0 and 1; `nil` is `auto`, as in files from before there were others.
    public let range: Setting<ValueRange>?
    /// What is read of the array; `nil` for all of it.
    public let part: ArrayPart?

    /// - Parameters:
    ///   - path: Of the file; `{AXIS}` in it stands for the instance's index.
    ///   - layout: How the axes of an array are taken.
    ///   - range: The numbers that stand for 0 and 1.
    ///   - part: What is read of the array; by default all of it.
    public init(
        _ path: Setting<String>, as layout: Layout = .image, range: Setting<ValueRange>? = nil, part: ArrayPart? = nil
    ) {
        self.init(path, as: Setting(layout), range: range, part: part)
    }

    /// The same with a layout that a parameter may give.
    public init(
        _ path: Setting<String>, as layout: Setting<Layout>, range: Setting<ValueRange>? = nil, part: ArrayPart? = nil
    ) {
        self.path = path
        self.layout = layout
        self.range = range
        self.part = part
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let file = filePath(context)
        guard !file.isEmpty else {
            throw .rule("no file is given" + (path.parameter.map { "; give one with --set \($0)=FILE" } ?? ""))
        }
        let reading = try reading(context)
        let stored = try context.files.type(of: reading)
        if case .between? = range?.value, stored.element != .float32 {
            throw .rule("\(file): its values are complex, so none stands for black or white; leave 'range' out")
        }
        return try value(of: stored, isPicture: context.files.contents(of: reading)?.isPicture ?? false, file)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // Pictures are compressed.
        var cost = try elementwiseCost(context, operations: path.value.hasSuffix(".png") ? 40 : 0)
        let file = try reading(context)
        let stored = try context.files.type(of: file)
        let contents = context.files.contents(of: file)
        cost.scratchBytes = contents?.scratchBytes ?? 0
        let bins = part?.binning?.value ?? 1
        let isPicture = contents?.isPicture ?? false
        if movesChannels(of: sliced(stored.shape), isPicture: isPicture) {
            cost.scratchBytes += (bins > 1 ? 2 : 1) * stored.byteCount
        } else if bins > 1 {
            let columns = stored.shape.trailing(1)[0]
            cost.scratchBytes +=
                readsStrips(of: stored.shape, readsBoxes: contents?.readsBoxes ?? false)
                ? 4 * bins * columns * stored.element.floats : stored.byteCount
        }
        return cost
    }

    /// Whether averages are taken of a strip of rows at a time, so that the whole is never in memory: where rows and columns
    /// are the last two axes in the file, too, and a strip is read alone.
    func readsStrips(of stored: Shape, readsBoxes: Bool) -> Bool {
        readsBoxes && (part?.slice ?? -1) < stored.rank - 2
    }

    /// What an instance reads of which file.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none.
    func reading(_ context: NodeContext) throws(GraphError) -> FileReference {
        let path = filePath(context)
        guard let part else { return FileReference(path, .tensor) }
        let dataSet = part.dataSet?.value
        let stored = try context.files.type(of: FileReference(path, .header, dataSet: dataSet))
        let box = try part.box(of: stored.shape, context, path)
        let isWhole = box == Region(whole: stored.shape.dimensions)
        return FileReference(path, .tensor, dataSet: dataSet, region: isWhole ? nil : box)
    }

    /// The type that what is read becomes.
    ///
    /// - Parameter file: Its path, for messages.
    /// - Throws: ``GraphError/rule(_:)`` where it is no image, or cannot be averaged as asked.
    func value(of stored: TensorType, isPicture: Bool, _ file: String) throws(GraphError) -> TensorType {
        let own = TensorType(sliced(stored.shape), stored.element)
        let image = try image(of: own, isPicture: isPicture, file)
        let bins = try part?.bins(of: image, file) ?? 1
        guard bins > 1 else { return image }
        return TensorType(image.shape.replacingTrailing(image.shape.trailing(2).map { $0 / bins }), image.element)
    }

    /// The shape without the axis that instances have a slice of each.
    func sliced(_ shape: Shape) -> Shape {
        guard let slice = part?.slice, shape.dimensions.indices.contains(slice) else { return shape }
        var dimensions = shape.dimensions
        dimensions.remove(at: slice)
        return Shape(dimensions)
    }

    /// Said once, by the first instance, of an axis over which all read the same.
    public func warnings(_ context: NodeContext, gradientBounds: [[Double?]]) -> [String] {
        guard let axis = context.axis, axis.count > 1, context.index == 0, part?.slice == nil,
            filePath(context) == instancePath(path.value, axis: axis.name, index: 1)
        else { return [] }
        return [
            "each of its \(axis.count) instances reads the same, \(filePath(context)); "
                + "'{\(axis.name)}' in its path stands for the number of the instance"
        ]
    }

    public var label: String { path.parameter ?? path.value }

    public func file(_ context: NodeContext) -> FileReference? { try? reading(context) }

    /// The file of an instance.
    func filePath(_ context: NodeContext) -> String {
        instancePath(path.value, axis: context.axis?.name, index: context.index)
    }

    /// The type that an array becomes.
    ///
    /// - Parameter file: Its path, for messages.
    /// - Throws: ``GraphError/rule(_:)`` where it is no image.
    package func image(of type: TensorType, isPicture: Bool, _ file: String) throws(GraphError) -> TensorType {
        let shape = type.shape
        guard shape.count > 0 else { throw .rule("\(file): it is empty (\(type))") }
        guard layout.value != .array else { return type }
        guard (2...4).contains(shape.rank) else {
            throw .rule("\(file): an image is H × W, C × H × W or N × C × H × W, not \(shape)")
        }
        if layout.value == .image, !isPicture, Load.looksChannelsLast(shape) { throw .rule(channelsLast(shape, file)) }
        var dimensions = Array(repeating: 1, count: 4 - shape.rank) + shape.dimensions
        if movesChannels(of: shape, isPicture: isPicture) {
            dimensions = [dimensions[0], dimensions[3], dimensions[1], dimensions[2]]
        }
        return TensorType(Shape(dimensions), type.element)
    }

    /// Whether the last axis of an array becomes its second.
    package func movesChannels(of shape: Shape, isPicture: Bool) -> Bool {
        layout.value == .hwc && !isPicture && shape.rank >= 3
    }

    /// Whether the last axis is as short as one of channels, and the two before are not: as `C × H × W` it would have
    /// many channels of images up to 4 pixels wide.
    static func looksChannelsLast(_ shape: Shape) -> Bool {
        guard shape.rank >= 3 else { return false }
        let last = shape.trailing(3)
        return last[2] <= 4 && last[0] > 4 && last[1] > 4
    }

    private func channelsLast(_ shape: Shape, _ file: String) -> String {
        func asking(for layout: Layout) -> String {
            self.layout.parameter.map { "--set \($0)=\(layout.rawValue)" } ?? "'layout' \(layout.rawValue)"
        }
        let sides = shape.trailing(3)
        return "\(file): \(shape) looks like H × W × C, not C × H × W; \(asking(for: .hwc)) takes it so "
            + "(\(asking(for: .chw)) as \(sides[0]) channels of \(sides[1]) × \(sides[2]) pixels)"
            + (sides[2] == 4 ? "; leave a channel of transparency out first" : "")
    }
}
