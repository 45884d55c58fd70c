internal import Foundation

/// How fast a machine computes: with one thread while all else rests, and with every processor at once. What workers on it
/// reach, however many there are and with however many threads, follows from these two.
public struct MachineSpeeds: Hashable, Sendable, Codable {
    /// Processors that programs may use.
    public let processors: Int
    /// Of one thread, while the other processors rest.
    public let alone: Speeds
    /// Of a worker with a thread for every processor. What a worker computes with one thread only is that of each of them,
    /// while all do the same.
    public let together: Speeds

    /// What was measured of one thread alone, and of a worker with a thread for every processor.
    public init(processors: Int, alone: Speeds, together: Speeds) {
        self.processors = max(1, processors)
        self.alone = alone
        self.together = together
    }

    /// How fast each of some workers is while all compute.
    ///
    /// Memory, caches and, where two share a core, the processors themselves are had by all together, so a thread is slower
    /// the more there are: by a power of their number, between the two that were measured. Threads beyond the processors
    /// take turns.
    ///
    /// - Parameters:
    ///   - threads: of each worker.
    ///   - workers: on this machine, at the same time.
    public func speeds(threads: Int, workers: Int) -> Speeds {
        let all = Crowd(threads: threads * workers, processors: processors)
        // Of what one thread computes, each worker has one at work.
        let single = Crowd(threads: workers, processors: processors)
        // What a worker's threads do together adds up.
        func shared(_ one: Double, _ whole: Double) -> Double {
            all.speed(one, whole / Double(processors)) * Double(threads)
        }
        return Speeds(
            convolutions: zip(alone.convolutions, together.convolutions).map { one, whole in
                Speeds.Convolution(
                    channels: one.channels, direct: shared(one.direct, whole.direct),
                    winograd: one.winograd.flatMap { own in whole.winograd.map { shared(own, $0) } })
            }, transforms: shared(alone.transforms, together.transforms),
            loops: all.speed(alone.loops, together.loops), threads: threads,
            arithmetic: single.speed(alone.arithmetic, together.arithmetic),
            memory: single.speed(alone.memory, together.memory), overhead: alone.overhead / single.share)
    }

    /// Threads that compute at the same time.
    private struct Crowd {
        /// Of the time that each has a processor.
        let share: Double
        /// Where they stand between one thread, 0, and one for every processor, 1.
        private let fullness: Double

        init(threads: Int, processors: Int) {
            share = min(1, Double(processors) / Double(max(1, threads)))
            let busy = Double(min(max(1, threads), processors))
            fullness = processors > 1 ? log(busy) / log(Double(processors)) : 0
        }

        /// Of each, from that of a thread alone and that of one of as many as there are processors.
        func speed(_ alone: Double, _ crowded: Double) -> Double {
            guard alone > 0, crowded > 0 else { return alone }
            return alone * pow(crowded / alone, fullness) * share
        }
    }
}
