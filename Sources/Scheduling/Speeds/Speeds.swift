public import GraphModel
public import Networks

/// How fast a worker computes, with all its threads: what predictions are made of.
public struct Speeds: Hashable, Sendable, Codable {
    /// Convolutions of 3 × 3 between `channels` channels, in operations a second as if they were computed directly.
    public struct Convolution: Hashable, Sendable, Codable {
        /// Channels that it reads and yields.
        public let channels: Int
        /// Operations a second by the direct method.
        public let direct: Double
        /// `nil` where it has no Winograd convolutions.
        public let winograd: Double?

        /// What was measured of convolutions of so many channels.
        public init(channels: Int, direct: Double, winograd: Double?) {
            self.channels = channels
            self.direct = direct
            self.winograd = winograd
        }
    }

    /// By ascending number of channels; at least one.
    public let convolutions: [Convolution]
    /// Fourier transforms, in operations a second.
    public let transforms: Double
    /// Loops that fill vector registers, in operations a second of one thread.
    public let loops: Double
    /// Threads that share such loops.
    public let threads: Int
    /// Plain loops, which one thread computes, in operations a second.
    public let arithmetic: Double
    /// Bytes read and written a second.
    public let memory: Double
    /// Seconds that an instance takes beside its computing.
    public let overhead: Double

    /// - Parameter loops: By default as fast as plain ones.
    public init(
        convolutions: [Convolution], transforms: Double, loops: Double? = nil, threads: Int = 1, arithmetic: Double,
        memory: Double, overhead: Double
    ) {
        self.convolutions = convolutions
        self.transforms = transforms
        self.loops = loops ?? arithmetic
        self.threads = threads
        self.arithmetic = arithmetic
        self.memory = memory
        self.overhead = overhead
    }

    /// A machine of one speed for everything it computes.
    ///
    /// - Parameters:
    ///   - operations: a second, in all.
    ///   - memory: Bytes a second.
    public init(operations: Double, memory: Double) {
        self.init(
            convolutions: [Convolution(channels: 64, direct: operations, winograd: operations)], transforms: operations,
            arithmetic: operations, memory: memory, overhead: 0)
    }

    /// Of some measurements the one in the middle, by the speed of the widest convolutions.
    public static func median(_ speeds: [Speeds]) -> Speeds? {
        let sorted = speeds.sorted { ($0.convolutions.last?.direct ?? 0) < ($1.convolutions.last?.direct ?? 0) }
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }

    /// 50 GFLOP/s a thread and 5 GB/s: for plans of workers that have not been asked.
    public static func nominal(threads: Int) -> Speeds {
        Speeds(operations: 50e9 * Double(threads), memory: 5e9 * Double(threads))
    }

    /// Seconds that an instance takes.
    ///
    /// - Parameter automatic: What convolutions are that the graph leaves to the plan.
    public func seconds(_ cost: Cost, automatic: ConvolutionMethod) -> Double {
        // In one order, here as below, so that every process adds up to the same bits.
        let plain = cost.operations - cost.work.values.sorted().reduce(0, +)
        var parts = [overhead]
        for (work, operations) in cost.work {
            switch work {
            case .transform: parts.append(operations / transforms)
            case .loops(let count): parts.append(operations / loops / shares(count))
            case .convolution(let channels, let choice):
                parts.append(operations / convolution(channels, choice.method(automatic: automatic)))
            }
        }
        // Plain loops either compute or wait for memory.
        parts.append(max(max(plain, 0) / arithmetic, cost.bytes / memory))
        return parts.sorted().reduce(0, +)
    }

    /// How many times faster `count` parts of equal size are done by all threads than by one.
    private func shares(_ count: Int) -> Double {
        let rounds = (max(count, 1) + threads - 1) / threads
        return Double(max(count, 1)) / Double(rounds)
    }

    /// Operations a second of convolutions between so many channels, between those that are known.
    private func convolution(_ channels: Int, _ method: ConvolutionMethod) -> Double {
        let known = convolutions.compactMap { entry -> (channels: Double, speed: Double)? in
            (method == .winograd ? entry.winograd : entry.direct).map { (Double(entry.channels), $0) }
        }
        guard let first = known.first, let last = known.last else {
            return method == .winograd ? convolution(channels, .direct) : arithmetic
        }
        let wanted = Double(max(channels, 1))
        // Channels that fill up the library's smallest block are computed too, for nothing.
        guard wanted > first.channels else {
            return known.count == 1 || method == .winograd ? first.speed : first.speed * wanted / first.channels
        }
        guard let next = known.first(where: { $0.channels >= wanted }),
            let before = known.last(where: { $0.channels < wanted })
        else { return last.speed }
        let share = (wanted - before.channels) / (next.channels - before.channels)
        return before.speed + share * (next.speed - before.speed)
    }
}
