import GraphModel
import Networks
import Scheduling
import Testing

@Suite("Speeds of many workers, from two measurements")
struct MachineSpeedsTests {
    private func speeds(_ convolution: Double, threads: Int, others: Double, winograd: Double? = nil) -> Speeds {
        Speeds(
            convolutions: [.init(channels: 16, direct: convolution, winograd: winograd)], transforms: convolution / 10,
            loops: others, threads: threads, arithmetic: others / 10, memory: others / 20, overhead: 1e-6)
    }

    /// Eight processors that are 5.6 times as fast as one of them, as each gets 0.7 of what one has alone.
    private var machine: MachineSpeeds {
        MachineSpeeds(
            processors: 8, alone: speeds(10e9, threads: 1, others: 2e9, winograd: 20e9),
            together: speeds(56e9, threads: 8, others: 1.4e9, winograd: 112e9))
    }

    private func isClose(_ left: Double, _ right: Double) -> Bool { abs(left / right - 1) < 1e-9 }

    @Test("are the measured ones where it is they that are asked for")
    func measured() {
        let (alone, together) = (machine.speeds(threads: 1, workers: 1), machine.speeds(threads: 8, workers: 1))
        #expect(alone == machine.alone)
        #expect(isClose(together.convolutions[0].direct, 56e9))
        #expect(isClose(together.convolutions[0].winograd ?? 0, 112e9))
        #expect(isClose(together.transforms, 5.6e9))
        #expect(isClose(together.loops, 1.4e9) && together.threads == 8)
        // One worker has one thread for these, whatever the others do.
        #expect(isClose(together.arithmetic, machine.alone.arithmetic))
        #expect(isClose(together.memory, machine.alone.memory))
    }

    @Test("of as many workers as there are processors share what those give together")
    func full() {
        let own = machine.speeds(threads: 1, workers: 8)
        #expect(isClose(own.convolutions[0].direct, 7e9))
        #expect(isClose(own.loops, 1.4e9) && isClose(own.arithmetic, 1.4e8) && isClose(own.memory, 7e7))
        #expect(own.overhead == 1e-6)
    }

    @Test("of workers beyond the processors take turns", arguments: [(16, 1, 0.5), (100, 1, 0.08), (8, 4, 0.25)])
    func crowded(workers: Int, threads: Int, share: Double) {
        let own = machine.speeds(threads: threads, workers: workers)
        #expect(isClose(own.convolutions[0].direct, 7e9 * Double(threads) * share))
        #expect(isClose(own.loops, 1.4e9 * share))
        #expect(isClose(own.memory, 7e7 * min(1, 8 / Double(workers))))
    }

    @Test("lie between the two that were measured, and fall for each with every further one")
    func between() {
        let all = (1...40).map { machine.speeds(threads: 1, workers: $0) }
        for (fewer, more) in zip(all, all.dropFirst()) {
            #expect(more.convolutions[0].direct < fewer.convolutions[0].direct)
            #expect(more.memory < fewer.memory && more.overhead >= fewer.overhead)
        }
        // Together they are never slower for it.
        let sums = zip(1..., all).map { Double($0) * $1.convolutions[0].direct }
        #expect(zip(sums, sums.dropFirst()).allSatisfy { $1 >= $0 * (1 - 1e-9) })
        #expect(isClose(all[1].convolutions[0].direct, 10e9 * 0.8879040017426007), "0.7 to the power of a third")
    }

    @Test("are those of the only processor, in turn, where there is one")
    func one() {
        let single = MachineSpeeds(
            processors: 1, alone: speeds(10e9, threads: 1, others: 2e9), together: speeds(10e9, threads: 1, others: 2e9)
        )
        #expect(single.speeds(threads: 1, workers: 1) == single.alone)
        let two = single.speeds(threads: 2, workers: 1)
        #expect(isClose(two.convolutions[0].direct, 10e9) && two.convolutions[0].winograd == nil)
        #expect(isClose(single.speeds(threads: 1, workers: 4).transforms, 0.25e9))
    }
}
