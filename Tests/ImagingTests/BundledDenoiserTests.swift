import Foundation
import GraphModel
import Imaging
import Kernels
import Networks
import TensorFiles
import TensorMath
import Tensors
import TestSupport
import Testing

/// The networks that are part of the program.
@Suite("Bundled denoisers")
struct BundledDenoiserTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let choice: DenoiserChoice
        let weights: BundledWeights
        let channels: Int
        var testDescription: String { choice.rawValue }

        static let all = [
            Sample(choice: .color, weights: .color, channels: 3), Sample(choice: .gray, weights: .gray, channels: 1),
        ]

        func tensors() throws -> [String: Tensor] {
            try SafeTensors.decode(weights.bytes, path: choice.rawValue)
        }

        func network() throws -> Network { try Network.recognise(try tensors().mapValues(\.shape)) }
    }

    private func fixture(_ name: String) throws -> Tensor {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "npy", subdirectory: "Fixtures"))
        return try NPY.read(url.path(percentEncoded: false))
    }

    @Test("compute what PyTorch computes with the same weights", arguments: Sample.all)
    func fixture(_ sample: Sample) throws {
        let (noisy, expected) = (
            try fixture("\(sample.choice.rawValue)-noisy"), try fixture("\(sample.choice.rawValue)-denoised")
        )
        let result = try denoise(try sample.network(), try sample.tensors(), noisy, sigma: 0.1)
        #expect(maxDifference(result, expected) <= 1e-5)
        // They do something.
        #expect(maxDifference(noisy, expected) > 0.1)
    }

    @Test("are small, quick, without biases, and look at most 64 pixels far", arguments: Sample.all)
    func size(_ sample: Sample) throws {
        let network = try sample.network()
        #expect(network.imageChannels == sample.channels)
        #expect(network.takesNoiseLevel)
        #expect(network.convolutions.allSatisfy { $0.bias == nil })
        #expect(network.parameterCount <= 2_000_000)
        #expect(max(network.reach.before, network.reach.after) <= 64)
        let drunet = try Network.recognise(
            SampleNetworks.drunet(channels: sample.channels, widths: [64, 128, 256, 512], blocks: 4))
        #expect(
            7 * network.floatingPointOperations(height: 64, width: 64)
                <= drunet.floatingPointOperations(height: 64, width: 64))
    }

    @Test("are at most 4 MB together")
    func bytes() {
        #expect(Sample.all.reduce(0) { $0 + $1.weights.bytes.count } <= 4_000_000)
    }

    @Test("scale with the image: twice the image and noise gives twice the result", arguments: Sample.all)
    func scaling(_ sample: Sample) throws {
        let noisy = try fixture("\(sample.choice.rawValue)-noisy")
        let half = Tensor(noisy.shape, noisy.values.map { $0 / 2 })
        let (network, tensors) = (try sample.network(), try sample.tensors())
        let whole = try denoise(network, tensors, noisy, sigma: 0.1)
        let scaled = try denoise(network, tensors, half, sigma: 0.05)
        #expect(maxDifference(Tensor(noisy.shape, scaled.values.map { 2 * $0 }), whole) <= 1e-5)
    }

    @Test(
        "remove noise from what no training saw", arguments: Sample.all, [15, 25, 50])
    func removesNoise(_ sample: Sample, level: Int) throws {
        let sigma = Float(level) / 255
        let shape: Shape = [1, sample.channels, 96, 96]
        var clean = Tensor(shape)
        clean.withMutableView { view in
            for index in 0..<shape.count {
                let (row, column) = (index / 96 % 96, index % 96)
                // A disc on a slope.
                let isInside = (row - 40) * (row - 40) + (column - 50) * (column - 50) < 900
                view.floats[index] = (isInside ? 0.8 : 0.2) + 0.002 * Float(row)
            }
        }
        var noise = Tensor(shape)
        noise.withMutableView { CounterRandom.gaussian(into: $0, seed: 3, node: 0, iteration: level) }
        let noisy = Tensor(shape, zip(clean.values, noise.values).map { $0 + sigma * $1 })
        let result = try denoise(try sample.network(), try sample.tensors(), noisy, sigma: sigma)
        func psnr(_ image: Tensor) -> Double {
            image.withView { x in clean.withView { Metrics.psnr(x, reference: $0) } }
        }
        #expect(psnr(result) > psnr(noisy) + 8)
    }
}
