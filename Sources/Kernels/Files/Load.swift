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
    public let layout: Setting<Layout>
    /// The numbers that stand for 0 and 1; `nil` is `auto`, as in files from before there were others.
    public let range: Setting<ValueRange>?

    public init(_ path: Setting<String>, as layout: Layout = .image, range: Setting<ValueRange>? = nil) {
        self.init(path, as: Setting(layout), range: range)
    }

    public init(_ path: Setting<String>, as layout: Setting<Layout>, range: Setting<ValueRange>? = nil) {
        self.path = path
        self.layout = layout
        self.range = range
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let file = filePath(context)
        guard !file.isEmpty else {
            throw .rule("no file is given" + (path.parameter.map { "; give one with --set \($0)=FILE" } ?? ""))
        }
        let stored = try context.files.type(of: file)
        if case .between? = range?.value, stored.element != .float32 {
            throw .rule("\(file): its values are complex, so none stands for black or white; leave 'range' out")
        }
        return try image(of: stored, isPicture: context.files.contents(of: file)?.isPicture ?? false, file)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // Pictures are compressed.
        try elementwiseCost(context, operations: path.value.hasSuffix(".png") ? 40 : 0)
    }

    public var label: String { path.parameter ?? path.value }

    public func file(_ context: NodeContext) -> String? { filePath(context) }

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
