/// A place in a Swift definition or a `.graph` file.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was named.
    public let file: String
    /// The line, from 1.
    public let line: Int

    /// A line of a file.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    public var description: String { "\(file):\(line)" }
}

/// One thing wrong with a graph, and where.
public struct GraphProblem: Hashable, Sendable, CustomStringConvertible {
    /// Where it is; `nil` where no line can be named.
    public let location: SourceLocation?
    /// What is wrong, and how to mend it.
    public let message: String

    /// A problem, and where it is.
    public init(_ location: SourceLocation?, _ message: String) {
        self.location = location
        self.message = message
    }

    /// `pnp.graph:12: what is wrong; how to mend it`
    public var description: String {
        location.map { "\($0): \(message)" } ?? message
    }
}

/// What is wrong with a graph, in words its author can act on.
public enum GraphError: Error, Equatable, CustomStringConvertible {
    /// All that a check found, in the order of the graph.
    case problems([GraphProblem])
    /// What a kind cannot do with its inputs or settings; the checker adds the node and the place.
    case rule(String)

    public var description: String {
        switch self {
        case .problems(let problems): problems.map(\.description).joined(separator: "\n")
        case .rule(let message): message
        }
    }
}
