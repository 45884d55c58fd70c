import GraphModel
import Networks
import Scheduling
import Testing

@Suite("Speeds")
struct SpeedsTests {
    private let speeds = Speeds(
        convolutions: [
            .init(channels: 16, direct: 1e9, winograd: nil), .init(channels: 64, direct: 2e9, winograd: 4e9),
            .init(channels: 128, direct: 3e9, winograd: 8e9),
        ], transforms: 1e8, loops: 1e7, threads: 2, arithmetic: 1e6, memory: 1e5, overhead: 0.25)

    /// Seconds beside the overhead.
    private func seconds(_ work: Work, _ operations: Double) -> Double {
        speeds.seconds(Cost(operations: operations, work: [work: operations]), automatic: .direct) - 0.25
    }

    @Test(
        "of convolutions lie between those of the channels that are known",
        arguments: [
            (16, ConvolutionChoice.direct, 1e9), (40, .direct, 1.5e9), (64, .auto, 2e9), (96, .direct, 2.5e9),
            (1000, .direct, 3e9), (64, .winograd, 4e9), (96, .winograd, 6e9), (32, .winograd, 4e9),
            // A block of the library's is computed whole.
            (4, .direct, 0.25e9),
        ])
    func convolutions(channels: Int, choice: ConvolutionChoice, speed: Double) {
        #expect(abs(seconds(.convolution(channels: channels, choice), speed) - 1) < 1e-9)
    }

    @Test("of convolutions that a graph leaves to the plan are those of its method")
    func automatic() {
        let cost = Cost(operations: 8e9, work: [.convolution(channels: 128, .auto): 8e9])
        #expect(abs(speeds.seconds(cost, automatic: .winograd) - 1.25) < 1e-9)
        #expect(abs(speeds.seconds(cost, automatic: .direct) - (8.0 / 3 + 0.25)) < 1e-9)
    }

    @Test("of a processor without Winograd's method are those of direct convolutions")
    func withoutWinograd() {
        let plain = Speeds(
            convolutions: [.init(channels: 64, direct: 2e9, winograd: nil)], transforms: 1, arithmetic: 1, memory: 1,
            overhead: 0)
        let cost = Cost(operations: 2e9, work: [.convolution(channels: 64, .winograd): 2e9])
        #expect(plain.seconds(cost, automatic: .winograd) == 1)
    }

    @Test(
        "of loops are shared by threads, as far as their parts go round", arguments: [(1, 1), (2, 0.5), (3, 2.0 / 3)])
    func loops(parts: Int, share: Double) {
        #expect(abs(seconds(.loops(parts: parts), 1e7) - share) < 1e-9)
    }

    @Test("add up what is of a sort of its own, and the longer of plain arithmetic and memory")
    func sum() {
        var cost = Cost(operations: 3e8, work: [.transform: 1e8, .convolution(channels: 16, .direct): 1.99e8])
        #expect(abs(speeds.seconds(cost, automatic: .direct) - (0.25 + 1 + 0.199 + 1)) < 1e-9)
        cost.bytes = 2e5
        #expect(abs(speeds.seconds(cost, automatic: .direct) - (0.25 + 1 + 0.199 + 2)) < 1e-9)
    }

    @Test("of one speed for everything know no sorts")
    func oneSpeed() {
        let speeds = Speeds(operations: 1e9, memory: 1e9)
        for work in [Work.transform, .loops(parts: 3), .convolution(channels: 3, .direct)] {
            #expect(speeds.seconds(Cost(operations: 1e9, work: [work: 1e9]), automatic: .winograd) == 1)
        }
        #expect(speeds.seconds(Cost(operations: 1e9), automatic: .winograd) == 1)
    }
}
