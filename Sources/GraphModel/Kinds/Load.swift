public import Tensors

/// An array (`.npy`) or a picture (PNG, in [0, 1]) from a file.
public struct Load: NodeKind {
    public static let name = "load"
    public static let inputs: [Input] = []

    /// What is made of the array.
    public enum Layout: String, Hashable, Sendable, NamedChoice {
        /// It stays as it is.
        case array
        /// It becomes `N × C × H × W`: `H × W` and `C × H × W` get the axes they lack.
        case image
    }

    /// Its path; `{AXIS}` stands for the instance's index.
    public let path: Setting<String>
    public let layout: Layout

    public init(_ path: Setting<String>, as layout: Layout = .image) {
        self.path = path
        self.layout = layout
    }

    public func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let file = instancePath(path.value, axis: context.axis?.name, index: context.index)
        guard !file.isEmpty else {
            throw .rule("no file is given" + (path.parameter.map { "; give one with --set \($0)=FILE" } ?? ""))
        }
        let type = try context.files.type(of: file)
        guard type.shape.count > 0 else { throw .rule("\(file): it is empty (\(type))") }
        guard layout == .image else { return type }
        guard (2...4).contains(type.shape.rank) else {
            throw .rule("\(file): an image is H × W, C × H × W or N × C × H × W, not \(type.shape)")
        }
        let leading = Array(repeating: 1, count: 4 - type.shape.rank)
        return TensorType(Shape(leading + type.shape.dimensions), type.element)
    }

    public func cost(_ context: NodeContext) throws(GraphError) -> Cost {
        // Pictures are compressed.
        try elementwiseCost(context, operations: path.value.hasSuffix(".png") ? 40 : 0)
    }

    public var label: String { path.parameter ?? path.value }
}
