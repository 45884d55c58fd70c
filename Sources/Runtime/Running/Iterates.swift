public import GraphModel
public import Tensors

/// Takes the outputs that are states as they are after some iterations, for looking at how a reconstruction comes about.
public struct Iterates: Sendable {
    /// After every so many iterations.
    public let every: Int
    let take: @Sendable (_ iteration: Int, _ state: ValueID, _ value: Tensor) -> Void

    /// - Parameters:
    ///   - every: After every so many iterations, 1 or more.
    ///   - take: Called with the iteration, the state and its value, on the thread of the worker that has it, which computes
    ///     on when it returns.
    public init(every: Int, _ take: @escaping @Sendable (_ iteration: Int, _ state: ValueID, _ value: Tensor) -> Void) {
        self.every = max(1, every)
        self.take = take
    }
}

extension Expansion {
    /// The states that are outputs.
    package var keptStates: [Instance] {
        graph.outputs.values.sorted().flatMap { instances(of: $0) }.filter(\.isState)
    }
}
