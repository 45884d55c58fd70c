import Networks
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Memory of inference")
struct InferenceMemoryTests {
    struct Sample: CustomTestStringConvertible {
        let testDescription: String
        let shapes: [String: Shape]
        let size: [Int]

        static let all = [
            Sample(
                testDescription: "FFDNet colour",
                shapes: SampleNetworks.ffdnet(channels: 3, features: 96, depth: 12), size: [384, 256]),
            Sample(
                testDescription: "FFDNet gray",
                shapes: SampleNetworks.ffdnet(channels: 1, features: 64, depth: 15), size: [512, 512]),
            Sample(
                testDescription: "DRUNet",
                shapes: SampleNetworks.drunet(channels: 3, widths: [64, 128, 256, 512], blocks: 2), size: [256, 192]),
            Sample(
                testDescription: "DRUNet, narrow",
                shapes: SampleNetworks.drunet(channels: 1, widths: [8, 12, 16, 20], blocks: 1), size: [64, 40]),
        ]
    }

    @Test("direct convolutions take what is predicted", arguments: Sample.all, [1, 3])
    func direct(_ sample: Sample, batch: Int) throws {
        let network = try Network.recognise(sample.shapes)
        let program = try InferenceProgram(
            network, shape: [batch, network.imageChannels, sample.size[0], sample.size[1]], method: .direct, threads: 2)
        let predicted = network.inferenceBytes(
            batch: batch, height: sample.size[0], width: sample.size[1], method: .direct)
        // Without AVX-512 blocks of channels are half as large and fill up less.
        #expect(program.byteCount <= predicted)
        #expect(Double(predicted) <= 1.6 * Double(program.byteCount))
    }

    @Test(
        "Winograd convolutions take no more than is predicted, and not much less",
        .enabled(if: Libraries.hasWinograd, "this oneDNN has no Winograd convolutions"), arguments: Sample.all, [1, 2])
    func winograd(_ sample: Sample, threads: Int) throws {
        let network = try Network.recognise(sample.shapes)
        let program = try InferenceProgram(
            network, shape: [1, network.imageChannels, sample.size[0], sample.size[1]], method: .winograd,
            threads: threads)
        let predicted = network.inferenceBytes(
            batch: 1, height: sample.size[0], width: sample.size[1], method: .winograd)
        #expect(program.byteCount <= predicted)
        // Processors with a larger second cache transform smaller pieces at a time.
        #expect(Double(predicted) <= 2 * Double(program.byteCount))
    }

    @Test("engines of several shapes share the memory of the largest")
    func shared() throws {
        let shapes = SampleNetworks.ffdnet(channels: 1, features: 16, depth: 3)
        let network = try Network.recognise(shapes)
        let weights = try NetworkWeights(network) { SampleNetworks.randomWeights(shapes, seed: 1) }
        let memory = InferenceMemory()
        let sizes = [[20, 30], [64, 48], [32, 32]]
        var largest = 0
        for size in sizes {
            let shape: Shape = [1, 1, size[0], size[1]]
            _ = try InferenceEngine(weights, shape: shape, method: .direct, threads: 1, memory: memory)
            largest = max(
                largest, try InferenceProgram(network, shape: shape, method: .direct, threads: 1).byteCount)
        }
        #expect(memory.byteCount == largest)
    }

    @Test("weights are kept once, in the order that convolutions read", arguments: ConvolutionMethod.allCases)
    func weights(method: ConvolutionMethod) throws {
        guard method == .direct || Libraries.hasWinograd else { return }
        let shapes = SampleNetworks.drunet(channels: 3, widths: [32, 48, 64, 64], blocks: 1)
        let network = try Network.recognise(shapes)
        var reads = 0
        let weights = try NetworkWeights(network) {
            reads += 1
            return SampleNetworks.randomWeights(shapes, seed: 1)
        }
        let memory = InferenceMemory()
        _ = try InferenceEngine(weights, shape: [1, 3, 32, 32], method: method, threads: 1, memory: memory)
        #expect(weights.orderedBytes <= network.weightsBytes(method: method))
        #expect(Double(network.weightsBytes(method: method)) <= 1.6 * Double(weights.orderedBytes))

        weights.dropPlain()
        #expect(!weights.keepsPlain)
        let before = weights.orderedBytes
        _ = try InferenceEngine(weights, shape: [1, 3, 32, 32], method: method, threads: 1, memory: memory)
        #expect(weights.orderedBytes == before)
        #expect(reads == 1)
    }

    @Test("weights that were let go of are read again for another order")
    func readAgain() throws {
        let shapes = SampleNetworks.ffdnet(channels: 1, features: 16, depth: 3)
        let network = try Network.recognise(shapes)
        var reads = 0
        let weights = try NetworkWeights(network) {
            reads += 1
            return SampleNetworks.randomWeights(shapes, seed: 1)
        }
        weights.dropPlain()
        _ = try InferenceEngine(
            weights, shape: [1, 1, 32, 32], method: .direct, threads: 1, memory: InferenceMemory())
        #expect(reads == 2)
        #expect(weights.keepsPlain)
    }
}
