/// What a node yields, as a handle to build further nodes on.
public struct Value: Hashable, Sendable {
    /// The id of the node.
    public let id: String
}

/// An axis of the graph being built, as a handle.
public struct AxisHandle: Hashable, Sendable {
    /// The name of the axis.
    public let name: String
}
