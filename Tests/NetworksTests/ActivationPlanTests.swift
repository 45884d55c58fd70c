import Networks
import Tensors
import TestSupport
import Testing

@Suite("Activation plans")
struct ActivationPlanTests {
    /// What a buffer holds, as an expression, so that the planned steps can be held against the layers.
    private func planned(_ network: Network, _ plan: ActivationPlan) throws -> String {
        var buffers = [String](repeating: "?", count: plan.buffers.count)
        var result = ""
        for step in plan.steps {
            switch step {
            case .pack(_, _, let target): buffers[target.buffer] = "in"
            case .convolve(let layer, _, let source, let target, let sums):
                let value = "\(layer.weight)(\(buffers[source.buffer]))"
                buffers[target.buffer] = sums ? "(\(value) + \(buffers[target.buffer]))" : value
            case .add(let one, let other, let target):
                buffers[target.buffer] = "(\(buffers[one.buffer]) + \(buffers[other.buffer]))"
            case .unpack(_, let source): result = buffers[source.buffer]
            }
        }
        return result
    }

    private func meant(_ network: Network) -> String {
        var value = "in"
        var slots: [Int: String] = [:]
        for layer in network.layers {
            switch layer {
            case .convolution(let layer), .transposedConvolution(let layer): value = "\(layer.weight)(\(value))"
            case .save(let slot): slots[slot] = value
            case .add(let slot): value = "(\(value) + \(slots[slot] ?? "?"))"
            case .pixelUnshuffle, .pixelShuffle, .appendNoiseLevel: break
            }
        }
        return value
    }

    @Test("buffers hold what the layers mean", arguments: [0, 1, 2])
    func meaning(blocks: Int) throws {
        let shapes = SampleNetworks.drunet(channels: 3, widths: [8, 16, 24, 32], blocks: blocks)
        let drunet = try Network.recognise(shapes)
        let plan = try ActivationPlan(drunet, batch: 2, height: 16, width: 24, block: 16)
        #expect(try planned(drunet, plan) == meant(drunet))
        let ffdnet = try Network.recognise(SampleNetworks.ffdnet(channels: 1, features: 8, depth: 3 + blocks))
        let chain = try ActivationPlan(ffdnet, batch: 1, height: 16, width: 24, block: 16)
        #expect(try planned(ffdnet, chain) == meant(ffdnet))
        // A chain needs no more than where it reads and where it writes.
        #expect(chain.buffers.count == 2)
    }

    @Test("a sum stays behind the ReLU that it follows")
    func sumAfterReLU() throws {
        let first = Convolution(weight: "a", from: 4, to: 16)
        let second = Convolution(weight: "b", from: 16, to: 16, relu: true)
        let last = Convolution(weight: "c", from: 16, to: 3)
        let network = Network(
            name: "sample", imageChannels: 3,
            layers: [
                .appendNoiseLevel, .convolution(first), .save(slot: 0), .convolution(second), .add(slot: 0),
                .convolution(last),
            ])
        let plan = try ActivationPlan(network, batch: 1, height: 8, width: 8, block: 16)
        for case .convolve(_, _, _, _, sums: let sums) in plan.steps { #expect(!sums) }
        #expect(try planned(network, plan) == meant(network))
    }

    @Test("a size off the stride is refused")
    func size() throws {
        let network = try Network.recognise(SampleNetworks.ffdnet(channels: 1, features: 8, depth: 3))
        #expect(throws: NetworkError.layers("15 × 16 is no multiple of its stride 2")) {
            try ActivationPlan(network, batch: 1, height: 15, width: 16, block: 16)
        }
    }
}
