/// What a node yields, as a handle to build further nodes on.
public struct Value: Hashable, Sendable {
    public let id: String
}

/// An axis of the graph being built, as a handle.
public struct AxisHandle: Hashable, Sendable {
    public let name: String
}
