package import Networks

/// A worker that a plan may use.
public struct Worker: Hashable, Sendable, Codable {
    /// `worker 0`, as it reads in plans, traces and messages.
    public let name: String
    /// Threads it computes with; results are equal for equal numbers.
    public let threads: Int
    /// Whether it can compute convolutions by Winograd's method.
    public let hasWinograd: Bool
    /// How fast it is, with all its threads.
    public var speeds: Speeds
    /// Bytes of memory that it may use; `nil` where that is not limited.
    public var memory: Int?
    /// Bytes of memory that its process takes before it has any part in a run.
    public var idleBytes: Int
    /// Bytes of scratch memory that its library says convolutions take; of others the most that they can is reckoned with.
    package var scratch: [ConvolutionShape: Int] = [:]

    /// - Parameter speeds: By default those of a nominal machine.
    public init(
        name: String, threads: Int, hasWinograd: Bool = false, speeds: Speeds? = nil, memory: Int? = nil,
        idleBytes: Int = 0
    ) {
        self.name = name
        self.threads = threads
        self.hasWinograd = hasWinograd
        self.speeds = speeds ?? .nominal(threads: threads)
        self.memory = memory
        self.idleBytes = idleBytes
    }
}
