public import Networks
public import Tensors

/// What the header of a file says: all that shapes, memory and costs need to know of it.
public enum FileFact: Hashable, Sendable, Codable {
    /// An array or picture.
    case tensor(TensorType)
    /// Named weights of a network.
    case weights([String: Shape])
    /// It cannot be read, and why.
    case unreadable(String)
}

/// A file that a graph refers to, and what it is expected to hold.
public struct FileReference: Hashable, Sendable, Codable {
    public enum Content: Hashable, Sendable, Codable {
        case tensor
        case weights
    }

    public let path: String
    public let content: Content

    public init(_ path: String, _ content: Content) {
        self.path = path
        self.content = content
    }
}

/// Looks at the headers of files, so that all up to the plan can stay free of input and output itself.
public protocol FileInspector: Sendable {
    func fact(of file: FileReference) -> FileFact
}

/// The facts of the files that a graph refers to.
public struct FileFacts: Sendable {
    /// No file is known.
    public static let none = FileFacts([:])

    private let inspector: any FileInspector

    public init(_ inspector: any FileInspector) {
        self.inspector = inspector
    }

    /// Facts that are known already.
    public init(_ facts: [FileReference: FileFact]) {
        inspector = KnownFiles(facts: facts)
    }

    /// Shape and element type of the array or picture at `path`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` saying why there is none.
    public func type(of path: String) throws(GraphError) -> TensorType {
        switch inspector.fact(of: FileReference(path, .tensor)) {
        case .tensor(let type): return type
        case .unreadable(let why): throw .rule(why)
        case .weights: throw .rule("\(path): these are weights; an array or picture is needed here")
        }
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
                throw .rule("\(DenoiserChoice.shown(path)): \(error)")
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
