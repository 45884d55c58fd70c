public import GraphModel
public import Networks

/// How fast a worker computes, with all its threads: what predictions are made of.
public struct Speeds: Hashable, Sendable, Codable {
    /// Convolutions of 3 × 3 between `channels` channels, in operations a second as if they were computed directly.
    public struct Convolution: Hashable, Sendable, Codable {
        public let channels: Int
        public let direct: Double
        /// `nil` where it has no Winograd convolutions.
        public let winograd: Double?

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
    /// Plain loops, in operations a second.
    public let arithmetic: Double
    /// Bytes read and written a second.
    public let memory: Double
    /// Seconds that an instance takes beside its computing.
    public let overhead: Double

    public init(
        convolutions: [Convolution], transforms: Double, arithmetic: Double, memory: Double, overhead: Double
    ) {
        self.convolutions = convolutions
        self.transforms = transforms
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

    /// 50 GFLOP/s a thread and 5 GB/s: for plans of workers that have not been asked.
    public static func nominal(threads: Int) -> Speeds {
        Speeds(operations: 50e9 * Double(threads), memory: 5e9 * Double(threads))
    }

    /// Seconds that an instance takes.
    ///
    /// - Parameter automatic: What convolutions are that the graph leaves to the plan.
    public func seconds(_ cost: Cost, automatic: ConvolutionMethod) -> Double {
        var plain = cost.operations
        var seconds = overhead
        for (work, operations) in cost.work {
            plain -= operations
            switch work {
            case .transform: seconds += operations / transforms
            case .convolution(let channels, let choice):
                seconds += operations / convolution(channels, choice.method(automatic: automatic))
            }
        }
        // Plain loops either compute or wait for memory.
        return seconds + max(max(plain, 0) / arithmetic, cost.bytes / memory)
    }

    /// Operations a second of convolutions between so many channels: those of the nearest that are known.
    private func convolution(_ channels: Int, _ method: ConvolutionMethod) -> Double {
        let near = convolutions.min { abs($0.channels - channels) < abs($1.channels - channels) }
        guard let near else { return arithmetic }
        return method == .winograd ? near.winograd ?? near.direct : near.direct
    }
}
