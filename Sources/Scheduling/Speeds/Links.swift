/// What lies between two workers.
public struct Link: Hashable, Sendable, Codable {
    /// Seconds until the first byte of a message is there.
    public let latency: Double
    /// Bytes a second, in each direction.
    public let bandwidth: Double

    /// A link of a latency in seconds and a bandwidth in bytes a second.
    public init(latency: Double, bandwidth: Double) {
        self.latency = latency
        self.bandwidth = bandwidth
    }

    /// Loopback, for workers that have not been asked.
    public static let nominal = Link(latency: 100e-6, bandwidth: 2e9)
}

/// The links between all workers, by their indices.
public struct Links: Hashable, Sendable {
    private struct Pair: Hashable {
        let from: Int
        let to: Int
    }

    private let general: Link
    private var measured: [Pair: Link] = [:]

    /// - Parameter general: Every link that is given no value of its own.
    public init(_ general: Link = .nominal) {
        self.general = general
    }

    /// Between workers that are threads of one process: a copy in memory.
    public static let inProcess = Links(Link(latency: 5e-6, bandwidth: 5e9))

    /// Links that take no time: what is placed by them is spread over all workers, however small.
    public static let instant = Links(Link(latency: 0, bandwidth: .infinity))

    /// What lies on the way from one worker to another.
    public subscript(_ from: Int, _ to: Int) -> Link {
        get { measured[Pair(from: from, to: to)] ?? general }
        set { measured[Pair(from: from, to: to)] = newValue }
    }
}
