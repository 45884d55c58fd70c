import Imaging
import Networks
import TensorFiles
import TensorMath
import Tensors
import TestSupport
import Testing

/// A network with seeded random weights whose result is as large as an image.
private struct Sample: CustomTestStringConvertible {
    let testDescription: String
    let shapes: [String: Shape]
    /// Large enough that no window is the whole image.
    let size: [Int]
    let tile: Int

    /// Widths of 32 and more, for which Winograd's method is used.
    static let all = [
        Sample(
            testDescription: "DRUNet colour, one block",
            shapes: SampleNetworks.drunet(channels: 3, widths: [32, 48, 64, 64], blocks: 1), size: [200, 168], tile: 40),
        Sample(
            testDescription: "DRUNet gray with biases, one block",
            shapes: SampleNetworks.drunet(channels: 1, widths: [40, 32, 33, 48], blocks: 1, bias: true),
            size: [187, 203], tile: 64),
        Sample(
            testDescription: "DRUNet colour, two blocks",
            shapes: SampleNetworks.drunet(channels: 3, widths: [32, 32, 48, 64], blocks: 2), size: [283, 320], tile: 64),
        Sample(
            testDescription: "DnCNN colour",
            shapes: SampleNetworks.dncnn(channels: 3, features: 32, depth: 8), size: [83, 70], tile: 23),
    ]

    /// Weights by which the result for `image` is 1 at most: the promise is made for images in [0, 1].
    func weights(for image: Tensor) throws -> [String: Tensor] {
        var weights = SampleNetworks.randomWeights(shapes, seed: 4)
        let largest = try denoise(image, weights).values.reduce(0) { max($0, abs($1)) }
        for last in ["m_tail.weight", "m_tail.bias", "out_conv.weight", "out_conv.bias"] {
            guard let tensor = weights[last] else { continue }
            weights[last] = Tensor(tensor.shape, tensor.values.map { $0 / largest })
        }
        return weights
    }

    func denoise(_ image: Tensor, _ weights: [String: Tensor]) throws -> Tensor {
        let denoiser = try NetworkDenoiser(network: try Network.recognise(shapes), weights: weights, threads: 2)
        var output = Tensor(image.type)
        try image.withView { image in
            try output.withMutableView { try denoiser.denoise(image, sigma: 0.1, into: $0) }
        }
        return output
    }
}

extension ExactTilesTests {
    static let methods: [ConvolutionMethod] = Libraries.hasWinograd ? [.direct, .winograd] : [.direct]

    @Test("residual networks, directly and by Winograd's method", arguments: Sample.all, methods)
    private func residual(_ sample: Sample, method: ConvolutionMethod) throws {
        let network = try Network.recognise(sample.shapes)
        let folder = try TemporaryFolder()
        let image = Tensor.random([1, network.imageChannels, sample.size[0], sample.size[1]], in: 0...1, seed: 6)
        let weights = try sample.weights(for: image)
        try expectBranchesMatter(sample, image, weights)
        try NPY.write(image, to: folder.file("image.npy"))
        try SafeTensors.write(weights, to: folder.file("network.safetensors"))
        let settings = [
            "image": folder.file("image.npy"), "weights": folder.file("network.safetensors"),
            "convolutions": method.rawValue,
        ]
        let tiling = try Tiling(exact: sample.size, size: [sample.tile], reach: network.reach)
        for index in 0..<tiling.count {
            #expect(zip(tiling[index].window.extents, sample.size).contains { $0 < $1 }, "a window is the whole image")
        }
        let exact = try difference(.exact, tile: sample.tile, settings)
        #expect(exact <= 1e-5)
        let paste = try difference(.paste, tile: sample.tile, settings)
        // What tiles that reach less far leave shows that the test could fail.
        #expect(paste > 1e-3)
        print("\(sample.testDescription), \(method.rawValue): exact \(exact), paste (halo 64) \(paste)")
    }

    /// Without the branch of any one residual block the result is another, by a thousand tolerances and more: an error in
    /// a branch could not hide behind the skip.
    private func expectBranchesMatter(_ sample: Sample, _ image: Tensor, _ weights: [String: Tensor]) throws {
        let whole = try sample.denoise(image, weights)
        for (name, tensor) in weights where name.hasSuffix(".res.2.weight") || name == "out_conv.weight" {
            var without = weights
            without[name] = Tensor(tensor.shape)
            #expect(maxDifference(try sample.denoise(image, without), whole) > 1e-2, "\(name)")
        }
    }
}
