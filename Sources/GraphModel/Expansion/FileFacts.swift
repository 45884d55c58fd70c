public import Networks
public import Tensors

/// What is known of a file: all that shapes, memory, costs and checks need.
public enum FileFact: Hashable, Sendable, Codable {
    /// An array or picture, and what is in it, where somebody looked.
    case tensor(TensorType, ArrayContents? = nil)
    /// Named weights of a network.
    case weights([String: Shape])
    /// It cannot be read, and why.
    case unreadable(String)
}

/// What the values of an array or picture are like; all are finite.
public struct ArrayContents: Hashable, Sendable, Codable {
    /// Whether it is a picture, whose samples are read as values in [0, 1] and its axes as `1 × C × H × W`.
    public let isPicture: Bool
    /// The number that stands for white where it is stored as samples of a picture are: 255 or 65535.
    public let white: Int?
    /// Its values as they are read; `nil` for a large picture, whose values are in [0, 1].
    public let values: ValueSummary?
    /// Bytes of memory that reading takes, beside what is read into; `nil` where nobody looked.
    public let scratchBytes: Int?
    /// Whether a box of it is read without reading what lies around it; `nil` where nobody looked.
    public let readsBoxes: Bool?
    /// Whether each of its planes, along the last two axes, is a product of a column and a row, so that a blur with it can
    /// go along rows and columns one after the other; `nil` where nobody looked.
    public let isProduct: Bool?

    /// What somebody found who looked; what is left out, nobody looked for.
    public init(
        isPicture: Bool = false, white: Int? = nil, values: ValueSummary? = nil, isProduct: Bool? = nil,
        scratchBytes: Int? = nil, readsBoxes: Bool? = nil
    ) {
        self.readsBoxes = readsBoxes
        self.isProduct = isProduct
        self.scratchBytes = scratchBytes
        self.isPicture = isPicture
        self.white = white
        self.values = values
    }
}

/// A few figures of an array's values.
public struct ValueSummary: Hashable, Sendable, Codable {
    /// The smallest.
    public let minimum: Double
    /// The largest.
    public let maximum: Double
    /// All added up.
    public let sum: Double
    /// Share of the values that lie outside of [−0.5, 1.5], where only much noise takes the values of images.
    public let strays: Double

    /// The figures of an array's values.
    public init(minimum: Double, maximum: Double, sum: Double, strays: Double) {
        self.minimum = minimum
        self.maximum = maximum
        self.sum = sum
        self.strays = strays
    }
}

/// A file that a graph refers to, and what it is expected to hold.
public struct FileReference: Hashable, Sendable, Codable {
    /// What a file is expected to hold.
    public enum Content: Hashable, Sendable, Codable {
        /// An array or picture, whose values are looked at.
        case tensor
        /// An array or picture of which only the type is asked: it may be too large to look at.
        case header
        case weights
    }

    /// Its path in the graph.
    public let path: String
    /// What it is expected to hold.
    public let content: Content
    /// Which of the file's arrays; `nil` for the only one.
    public let dataSet: String?
    /// A range for every axis of the array as it is stored; `nil` for the whole.
    public let region: Region?

    /// A reference to a file, or to a part of an array in it.
    public init(_ path: String, _ content: Content, dataSet: String? = nil, region: Region? = nil) {
        self.path = path
        self.content = content
        self.dataSet = dataSet
        self.region = region
    }
}

extension FileReference {
    /// Text by which references can be put in an order that is always the same.
    package var sortKey: String { "\(path)\n\(content)\n\(dataSet ?? "")\n\(region?.description ?? "")" }

    /// What the paths of files that are part of the program begin with.
    package static let bundledPrefix = "bundled:"

    /// How messages call the file at `path`: by its path, or by the name of one that is part of the program.
    package static func shown(_ path: String) -> String {
        path.hasPrefix(bundledPrefix) ? String(path.dropFirst(bundledPrefix.count)) : path
    }
}

/// Looks at files, so that all up to the plan can stay free of input and output itself.
public protocol FileInspector: Sendable {
    func fact(of file: FileReference) -> FileFact
}

/// The facts of the files that a graph refers to.
public struct FileFacts: Sendable {
    /// No file is known.
    public static let none = FileFacts([:])

    private let inspector: any FileInspector

    /// The facts that an inspector tells when it is asked.
    public init(_ inspector: any FileInspector) {
        self.inspector = inspector
    }

    /// Facts that are known already.
    public init(_ facts: [FileReference: FileFact]) {
        inspector = KnownFiles(facts: facts)
    }

    /// What is known of a file.
    package func fact(of file: FileReference) -> FileFact { inspector.fact(of: file) }

    /// Shape and element type of the array or picture at `path`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` saying why there is none.
    public func type(of path: String) throws(GraphError) -> TensorType {
        try type(of: FileReference(path, .tensor))
    }

    /// Shape and element type of an array or picture, or a region of it.
    ///
    /// - Throws: ``GraphError/rule(_:)`` saying why there is none.
    public func type(of file: FileReference) throws(GraphError) -> TensorType {
        switch inspector.fact(of: file) {
        case .tensor(let type, _): return type
        case .unreadable(let why): throw .rule(why)
        case .weights: throw .rule("\(file.path): these are weights; an array or picture is needed here")
        }
    }

    /// What is in the array or picture at `path`; `nil` where nobody looked, or it cannot be read.
    public func contents(of path: String) -> ArrayContents? { contents(of: FileReference(path, .tensor)) }

    /// What is in an array or picture, or a region of it; `nil` where nobody looked, or it cannot be read.
    public func contents(of file: FileReference) -> ArrayContents? {
        guard case .tensor(_, let contents) = inspector.fact(of: file) else { return nil }
        return contents
    }

    /// The network whose weights are at `path`, recognised by their names and shapes.
    ///
    /// - Throws: ``GraphError/rule(_:)`` saying why there is none.
    public func network(of path: String) throws(GraphError) -> Network {
        switch inspector.fact(of: FileReference(path, .weights)) {
        case .weights(let shapes):
            do {
                return try Network.recognise(shapes)
            } catch {
                throw .rule("\(FileReference.shown(path)): \(error)")
            }
        case .unreadable(let why): throw .rule(why)
        case .tensor: throw .rule("\(path): this is an array; the weights of a network are needed here")
        }
    }
}

private struct KnownFiles: FileInspector {
    let facts: [FileReference: FileFact]

    func fact(of file: FileReference) -> FileFact {
        facts[file] ?? .unreadable("\(file.path): no such file")
    }
}

/// A path with the instance's index in place of `{AXIS}`: `y{shard}.npy` is `y2.npy` for instance 2 of axis `shard`.
public func instancePath(_ pattern: String, axis: String?, index: Int) -> String {
    guard let axis else { return pattern }
    return pattern.split(separator: "{\(axis)}", omittingEmptySubsequences: false).joined(separator: "\(index)")
}
