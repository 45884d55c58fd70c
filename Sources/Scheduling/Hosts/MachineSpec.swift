/// Machines that are not there, to plan for: so many alike.
public struct MachineSpec: Hashable, Sendable, Codable {
    /// How many there are.
    public let count: Int
    /// Billions of operations that each computes a second.
    public let gflops: Double
    /// Bytes of memory of each.
    public let memory: Double
    /// Bytes a second that each sends and receives.
    public let bandwidth: Double
    /// Seconds that a message is on its way.
    public let latency: Double

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let count = Int(exactly: try container.decode(Double.self, forKey: .count)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .count, in: container, debugDescription: "it is no whole number")
        }
        self.count = count
        gflops = try container.decode(Double.self, forKey: .gflops)
        memory = try container.decode(Double.self, forKey: .memory)
        bandwidth = try container.decode(Double.self, forKey: .bandwidth)
        latency = try container.decode(Double.self, forKey: .latency)
    }

    /// What makes no sense in it, a line each.
    public var problems: [String] {
        var problems: [String] = []
        if !(1...100_000).contains(count) { problems.append("'count' is \(count); it must be from 1 to 100000") }
        for (name, value) in [("gflops", gflops), ("memory", memory), ("bandwidth", bandwidth)] {
            guard !(value > 0 && value <= 1e18) else { continue }
            problems.append("'\(name)' is \(value); it must be above 0 and no more than 1e18")
        }
        if !(0...3600).contains(latency) {
            problems.append("'latency' is \(latency); it must be from 0 to 3600 seconds")
        }
        return problems
    }

    /// So many of them as workers of one thread. Of memory they read and write a byte for every ten operations, as a
    /// processor of 50 GFLOP/s and 5 GB/s does.
    public func workers(_ count: Int) -> [Worker] {
        (0..<count).map { number in
            Worker(
                name: "worker \(number)", threads: 1, hasWinograd: true,
                speeds: Speeds(operations: gflops * 1e9, memory: gflops * 1e8), memory: Int(memory))
        }
    }

    /// What lies between any two of them.
    public var link: Link { Link(latency: latency, bandwidth: bandwidth) }
}
