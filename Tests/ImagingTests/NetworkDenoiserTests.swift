import Imaging
import Networks
import TensorMath
import Tensors
import TestSupport
import Testing

/// A sample network with seeded random weights.
private struct Sample: CustomTestStringConvertible {
    let testDescription: String
    let shapes: [String: Shape]

    static let all = [
        Sample(
            testDescription: "FFDNet colour", shapes: SampleNetworks.ffdnet(channels: 3, features: 20, depth: 4)),
        Sample(testDescription: "FFDNet gray", shapes: SampleNetworks.ffdnet(channels: 1, features: 16, depth: 3)),
        Sample(
            testDescription: "DRUNet",
            shapes: SampleNetworks.drunet(channels: 3, widths: [8, 12, 16, 20], blocks: 1)),
        Sample(
            testDescription: "DRUNet gray with biases, two blocks",
            shapes: SampleNetworks.drunet(channels: 1, widths: [16, 7, 32, 3], blocks: 2, bias: true)),
        Sample(
            testDescription: "DnCNN colour", shapes: SampleNetworks.dncnn(channels: 3, features: 20, depth: 6)),
        Sample(
            testDescription: "DnCNN gray without biases",
            shapes: SampleNetworks.dncnn(channels: 1, features: 16, depth: 2, bias: false)),
    ]

    /// Wide enough for Winograd's method, with widths that are whole blocks of channels and ones that are not.
    static let wide = [
        Sample(
            testDescription: "DRUNet of 32 to 80",
            shapes: SampleNetworks.drunet(channels: 3, widths: [32, 48, 64, 80], blocks: 1)),
        Sample(
            testDescription: "DRUNet of 33 to 50",
            shapes: SampleNetworks.drunet(channels: 1, widths: [33, 40, 41, 50], blocks: 2)),
        Sample(
            testDescription: "DnCNN of 32", shapes: SampleNetworks.dncnn(channels: 3, features: 32, depth: 5)),
        Sample(
            testDescription: "DnCNN of 37",
            shapes: SampleNetworks.dncnn(channels: 1, features: 37, depth: 4, bias: false)),
    ]

    func network() throws -> Network { try Network.recognise(shapes) }
    var weights: [String: Tensor] { SampleNetworks.randomWeights(shapes, seed: 11) }
}

/// `image` denoised by a network; H and W may be off its stride.
func denoise(
    _ network: Network, _ weights: [String: Tensor], _ image: Tensor, sigma: Float,
    method: ConvolutionMethod = .direct, threads: Int = 1
) throws -> Tensor {
    let denoiser = try NetworkDenoiser(network: network, weights: weights, method: method, threads: threads)
    var output = Tensor(image.type)
    try image.withView { image in try output.withMutableView { try denoiser.denoise(image, sigma: sigma, into: $0) } }
    return output
}

@Suite("Network denoisers")
struct NetworkDenoiserTests {
    @Test("the engine computes what the layers say", arguments: Sample.all, [[16, 24], [19, 22]])
    private func reference(_ sample: Sample, size: [Int]) throws {
        let network = try sample.network()
        let image = Tensor.random([2, network.imageChannels, size[0], size[1]], in: 0...1, seed: 3)
        let output = try denoise(network, sample.weights, image, sigma: 0.1)
        let expected = ReferenceNetwork.run(network, sample.weights, image, sigma: 0.1)
        #expect(relativeDifference(output, reference: expected) <= 1e-5)
    }

    @Test(
        "channels of any number, directly and by Winograd's method", arguments: Sample.wide,
        [(ConvolutionMethod.direct, Float(1e-5)), (.winograd, 1e-4)].filter {
            $0.0 == .direct || Libraries.hasWinograd
        })
    private func widths(_ sample: Sample, _ method: (is: ConvolutionMethod, tolerance: Float)) throws {
        let network = try sample.network()
        let image = Tensor.random([1, network.imageChannels, 26, 23], in: 0...1, seed: 3)
        let expected = ReferenceNetwork.run(network, sample.weights, image, sigma: 0.1)
        let output = try denoise(network, sample.weights, image, sigma: 0.1, method: method.is)
        #expect(relativeDifference(output, reference: expected) <= method.tolerance)
        let denoiser = try NetworkDenoiser(network: network, weights: sample.weights, method: method.is, threads: 1)
        let implementations = try denoiser.prepare(image.shape)
        #expect(implementations.values.contains { $0.contains("wino") } == (method.is == .winograd))
    }

    @Test("a pixel changes what lies within the derived reach, and something at its edge", arguments: Sample.all)
    private func perturbation(_ sample: Sample) throws {
        let network = try sample.network()
        let reach = network.reach
        let side = (reach.before + reach.after + 3 * reach.stride) / reach.stride * reach.stride
        let weights = sample.weights
        let image = Tensor.random([1, network.imageChannels, side, side], in: 0...1, seed: 8)
        let before = try denoise(network, weights, image, sigma: 0.2)
        var low = Int.max
        var high = Int.min
        for offset in 0..<reach.stride {
            let pixel = reach.after + offset
            guard pixel < side else { continue }
            var changed = image
            changed.withMutableView { $0.floats[pixel * side + pixel] += 1000 }
            let after = try denoise(network, weights, changed, sigma: 0.2)
            for (index, pair) in zip(before.values, after.values).enumerated() where pair.0 != pair.1 {
                // An output pixel p reads pixels p - before … p + after.
                for coordinate in [index / side % side, index % side] {
                    low = min(low, coordinate - pixel)
                    high = max(high, coordinate - pixel)
                }
            }
        }
        #expect(low >= -reach.after && high <= reach.before)
        #expect(low <= -reach.after + 1 || high >= reach.before - 1)
    }

    @Test("a constant map of noise levels is a constant noise level", arguments: Sample.all)
    private func constantMap(_ sample: Sample) throws {
        let network = try sample.network()
        let image = Tensor.random([1, network.imageChannels, 18, 21], in: 0...1, seed: 3)
        let map = Tensor([1, 1, 18, 21], [Float](repeating: 0.25, count: 18 * 21))
        let denoiser = try NetworkDenoiser(network: network, weights: sample.weights, threads: 1)
        var output = Tensor(image.type)
        try image.withView { image in
            try map.withView { map in
                try output.withMutableView { try denoiser.denoise(image, sigmaMap: map, into: $0) }
            }
        }
        #expect(try denoise(network, sample.weights, image, sigma: 0.25) == output)
    }

    @Test("a map's noise level acts where it is")
    func localMap() throws {
        let sample = Sample.all[0]
        let network = try sample.network()
        let reach = network.reach
        let side = 48
        let image = Tensor.random([1, 3, side, side], in: 0...1, seed: 3)
        var map = Tensor([1, 1, side, side], [Float](repeating: 0.1, count: side * side))
        map.withMutableView { map in
            for index in 0..<side * side where index % side < 8 { map.floats[index] = 0.4 }
        }
        let denoiser = try NetworkDenoiser(network: network, weights: sample.weights, threads: 1)
        var output = Tensor(image.type)
        try image.withView { image in
            try map.withView { map in
                try output.withMutableView { try denoiser.denoise(image, sigmaMap: map, into: $0) }
            }
        }
        let low = try denoise(network, sample.weights, image, sigma: 0.1).values
        let differs = zip(low, output.values).enumerated().filter { $0.element.0 != $0.element.1 }.map {
            $0.offset % side
        }
        #expect(differs.contains { $0 < 8 })
        #expect(differs.allSatisfy { $0 < 8 + reach.before + reach.after })
    }

    @Test("one and two threads give the same bits, as do two denoisers", arguments: Sample.all)
    private func threads(_ sample: Sample) throws {
        let network = try sample.network()
        let image = Tensor.random([1, network.imageChannels, 40, 48], in: 0...1, seed: 3)
        let one = try denoise(network, sample.weights, image, sigma: 0.1, threads: 1)
        #expect(try denoise(network, sample.weights, image, sigma: 0.1, threads: 2) == one)
        #expect(try denoise(network, sample.weights, image, sigma: 0.1, threads: 1) == one)
    }

    @Test("a batch gives the bits of its images one by one, whatever is computed at once", arguments: Sample.all)
    private func batches(_ sample: Sample) throws {
        let network = try sample.network()
        let images = (0..<5).map { Tensor.random([1, network.imageChannels, 18, 24], in: 0...1, seed: 20 + $0) }
        let batch = Tensor([5, network.imageChannels, 18, 24], images.flatMap(\.values))
        let expected = try images.flatMap { try denoise(network, sample.weights, $0, sigma: 0.1).values }
        for largest in [1, 2, 5, 9] {
            let denoiser = try NetworkDenoiser(
                network: network, weights: sample.weights, threads: 1, largestBatch: largest)
            var output = Tensor(batch.type)
            try batch.withView { batch in
                try output.withMutableView { try denoiser.denoise(batch, sigma: 0.1, into: $0) }
            }
            #expect(output.values == expected)
        }
    }

    @Test("images of several sizes in turn give the bits that each gives alone", arguments: Sample.all)
    private func sizesInTurn(_ sample: Sample) throws {
        let network = try sample.network()
        let denoiser = try NetworkDenoiser(network: network, weights: sample.weights, threads: 1)
        // The second needs more memory than the first, which is then met again.
        for size in [[24, 24], [40, 32], [24, 24], [17, 40]] {
            let image = Tensor.random([1, network.imageChannels, size[0], size[1]], in: 0...1, seed: 3)
            var output = Tensor(image.type)
            try image.withView { image in
                try output.withMutableView { try denoiser.denoise(image, sigma: 0.1, into: $0) }
            }
            #expect(try denoise(network, sample.weights, image, sigma: 0.1) == output)
        }
    }

    @Test("missing weights are named")
    func missing() throws {
        let sample = Sample.all[0]
        var weights = sample.weights
        weights["model.2.bias"] = nil
        #expect(throws: InferenceError.weights("model.2.bias")) {
            try NetworkDenoiser(network: sample.network(), weights: weights, threads: 1)
        }
        #expect(
            InferenceError.weights("model.2.bias").description
                == "the weights 'model.2.bias' are missing or of another shape than the network's")
    }

    @Test("no layer runs by a reference implementation")
    func implementations() throws {
        for sample in Sample.all {
            let network = try sample.network()
            let denoiser = try NetworkDenoiser(network: network, weights: sample.weights, threads: 1)
            let implementations = try denoiser.prepare([1, network.imageChannels, 32, 32])
            #expect(Set(implementations.keys) == Set(network.convolutions.map(\.weight)))
            #expect(implementations.values.allSatisfy { !$0.hasPrefix("ref") })
        }
    }
}
