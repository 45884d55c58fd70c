import Foundation
import Networks
import TensorFiles
import TensorMath
import Tensors
import TestSupport
import Testing

/// Networks against what deepinv computes with them.
@Suite("Networks of deepinv")
struct NetworkFixtureTests {
    /// A fixture: weights, input, expected output, σ and the height and width of the part of the input that is used.
    struct Golden: CustomTestStringConvertible {
        let weights: String
        let input: String
        let output: String
        let sigma: Float
        var testDescription: String { output }

        static let ffdnet = [
            Golden(weights: "ffdnet_color", input: "ffdnet_in", output: "ffdnet_out", sigma: 15 / 255),
            Golden(weights: "ffdnet_color", input: "ffdnet_in", output: "ffdnet_odd_out", sigma: 15 / 255),
            Golden(weights: "ffdnet_gray", input: "ffdnet_gray_in", output: "ffdnet_gray_out", sigma: 15 / 255),
        ]
        static let drunet = ["32x32", "40x37", "72x75"].map { size in
            Golden(
                weights: "drunet_small", input: "drunet_\(size)_in", output: "drunet_\(size)_pad8_out", sigma: 0.05)
        }
    }

    private func check(
        _ golden: Golden, weights: String, method: ConvolutionMethod = .direct, tolerance: Float = 1e-5
    ) throws {
        let tensors = try SafeTensors.read(weights)
        let network = try Network.recognise(tensors.mapValues(\.shape))
        let expected = try NPY.read(SharedFiles.goldens.path("\(golden.output).npy"))
        let input = try NPY.read(SharedFiles.goldens.path("\(golden.input).npy"))
        let image = topLeft(input, height: expected.shape[2], width: expected.shape[3])
        let output = try denoise(network, tensors, image, sigma: golden.sigma, method: method)
        let difference = relativeDifference(output, reference: expected)
        #expect(difference <= tolerance)
    }

    private func topLeft(_ image: Tensor, height: Int, width: Int) -> Tensor {
        let values = image.values
        var kept: [Float] = []
        for channel in 0..<image.shape[1] {
            for row in 0..<height {
                let start = (channel * image.shape[2] + row) * image.shape[3]
                kept += values[start..<start + width]
            }
        }
        return Tensor([1, image.shape[1], height, width], kept)
    }

    @Test(
        "FFDNet with trained weights is the reference's",
        .enabled(if: SharedFiles.goldens.exist && SharedFiles.data.exist, "the fixtures in ../shared are not here"),
        arguments: Golden.ffdnet)
    func ffdnet(_ golden: Golden) throws {
        try check(golden, weights: SharedFiles.data.path("\(golden.weights).safetensors"))
    }

    @Test(
        "FFDNet by Winograd convolutions",
        .enabled(
            if: SharedFiles.goldens.exist && SharedFiles.data.exist && Libraries.hasWinograd,
            "the fixtures in ../shared are not here, or this oneDNN has no Winograd convolutions"),
        arguments: Golden.ffdnet)
    func winograd(_ golden: Golden) throws {
        try check(
            golden, weights: SharedFiles.data.path("\(golden.weights).safetensors"), method: .winograd, tolerance: 1e-4)
    }

    @Test(
        "DRUNet is the reference's", .enabled(if: SharedFiles.goldens.exist, "the fixtures in ../shared are not here"),
        arguments: Golden.drunet)
    func drunet(_ golden: Golden) throws {
        try check(golden, weights: SharedFiles.goldens.path("\(golden.weights).safetensors"))
    }

    @Test(
        "DRUNet by Winograd convolutions",
        .enabled(
            if: SharedFiles.goldens.exist && Libraries.hasWinograd,
            "the fixtures in ../shared are not here, or this oneDNN has no Winograd convolutions"),
        arguments: Golden.drunet)
    func drunetByWinograd(_ golden: Golden) throws {
        try check(
            golden, weights: SharedFiles.goldens.path("\(golden.weights).safetensors"), method: .winograd,
            tolerance: 1e-4)
    }

    /// Made by Tests/PyTorch/make_fixtures.py.
    @Test("small networks of deepinv's", arguments: ["dncnn_color", "dncnn_gray", "drunet_one_block"])
    func deepinv(_ name: String) throws {
        func path(_ file: String) throws -> String {
            try #require(Bundle.module.url(forResource: file, withExtension: nil, subdirectory: "Fixtures"))
                .path(percentEncoded: false)
        }
        let tensors = try SafeTensors.read(path("\(name).safetensors"))
        let network = try Network.recognise(tensors.mapValues(\.shape))
        let output = try denoise(network, tensors, try NPY.read(path("\(name)_in.npy")), sigma: 0.1)
        #expect(relativeDifference(output, reference: try NPY.read(path("\(name)_out.npy"))) <= 1e-5)
    }
}
