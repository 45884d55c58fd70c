package import Networks

/// A sort of computing that processors do at a speed of its own.
public enum Work: Hashable, Sendable {
    /// Convolutions between at least so many channels, as the graph asks for them.
    case convolution(channels: Int, ConvolutionChoice)
    /// Fourier transforms, 5 n log₂ n operations each, or as many more as a length takes that suits them less.
    case transform
    /// Loops that fill vector registers, over so many parts of equal size, each of which one thread computes.
    case loops(parts: Int)
}

/// What an instance costs, for plans and predictions.
public struct Cost: Hashable, Sendable {
    /// Floating-point operations.
    public var operations: Double
    /// How many of the operations are of a sort of their own; the others are plain arithmetic.
    public var work: [Work: Double]
    /// Bytes read and written in memory.
    public var bytes: Double
    /// Bytes of scratch memory a kernel keeps beside its output.
    public var scratchBytes: Int
    /// Bytes that all instances of a worker share which name them alike, such as the weights of a network.
    public var sharedBytes: [String: Int]
    /// What the inference of a network takes beside, where the plan's `auto` convolutions are by either method; the networks
    /// of a worker run one after another, on memory for the largest of them.
    package var inference: [ConvolutionMethod: Inference] = [:]

    /// A cost; of what is left out, none.
    public init(
        operations: Double = 0, work: [Work: Double] = [:], bytes: Double = 0, scratchBytes: Int = 0,
        sharedBytes: [String: Int] = [:]
    ) {
        self.operations = operations
        self.work = work
        self.bytes = bytes
        self.scratchBytes = scratchBytes
        self.sharedBytes = sharedBytes
    }
}

extension Cost {
    /// Adds what another cost takes, after it and in memory of its own; so many times, in the same memory.
    public mutating func add(_ other: Cost, times: Double = 1) {
        operations += times * other.operations
        for (sort, amount) in other.work { work[sort, default: 0] += times * amount }
        bytes += times * other.bytes
        scratchBytes += other.scratchBytes
        sharedBytes.merge(other.sharedBytes) { max($0, $1) }
        inference.merge(other.inference) { first, _ in first }
    }

    /// Memory of a network that is at work.
    package struct Inference: Hashable, Sendable {
        /// What those instances share that read the same weights in the same order.
        package let weights: String
        package let memory: InferenceMemoryNeed

        package init(weights: String, memory: InferenceMemoryNeed) {
            self.weights = weights
            self.memory = memory
        }
    }

    /// Operations of loops that fill vector registers, on one thread.
    public static func vectors(operations: Double) -> Cost {
        Cost(operations: operations, work: [.loops(parts: 1): operations])
    }

    /// The same, where all operations are of loops that fill vector registers, on one thread.
    public var inVectors: Cost {
        var cost = self
        cost.work = [.loops(parts: 1): operations]
        return cost
    }
}
