internal import Foundation
internal import Imaging
internal import Phantoms
internal import TensorFiles
internal import Tensors
internal import TestSupport

/// What a job reads, the same files for every program: image, measurements, weights.
///
/// The photograph, its measurements and trained weights are used where they lie beside the checkout; otherwise they are
/// drawn, simulated and made up, which takes as long to compute with.
struct JobFiles {
    /// The true image.
    let image: String
    /// The measurements' path, with `{shard}` for the number of the blur.
    let measurementPattern: String
    let ffdnet: String
    let drunet: String
    private let isPhotograph: Bool
    private let isTrained: Bool

    /// The blurs and noise levels of the graph `pnp`, which are those of deepinv's distributed demo.
    static let blurs: [(sigma: (Double, Double), angle: Double)] = [((1, 1), 0), ((2, 2), 0), ((1.5, 3), 30)]
    private static let noise: [Float] = [0.03, 0.05, 0.04]

    /// The measurement of every blur.
    var measurements: [String] { JobFiles.paths(measurementPattern) }

    private static func paths(_ pattern: String) -> [String] {
        blurs.indices.map { pattern.replacing("{shard}", with: "\($0)") }
    }

    /// The blurs' kernels, `1 × 1 × k × k` with 9, 15 and 23 taps a side.
    static func kernels() throws -> [Tensor] {
        try blurs.map { try gaussianBlurKernel(sigma: $0.sigma, angle: $0.angle) }
    }

    /// - Parameter folder: where what is missing is made; what an earlier run made there is made again.
    init(_ effort: Effort, in folder: String) throws {
        let photograph = SharedFiles.data.path("images/seed_102061_767x512.png")
        let measured = SharedFiles.goldens.path("seed_y{shard}.npy")
        isPhotograph =
            effort.isFull && ([photograph] + JobFiles.paths(measured)).allSatisfy(FileManager.default.fileExists)
        if isPhotograph {
            image = photograph
            measurementPattern = measured
        } else {
            let phantom = Phantom.draw(width: effort.width, height: effort.height)
            image = "\(folder)/phantom.npy"
            try NPY.write(phantom, to: image)
            measurementPattern = "\(folder)/y{shard}.npy"
            try JobFiles.simulate(phantom, into: measurementPattern, threads: effort.threads)
        }

        let trained = SharedFiles.data.path("ffdnet_color.safetensors")
        isTrained = FileManager.default.fileExists(atPath: trained)
        if isTrained {
            ffdnet = trained
        } else {
            ffdnet = "\(folder)/ffdnet.safetensors"
            let shapes = SampleNetworks.ffdnet(channels: 3, features: 96, depth: 12)
            try SafeTensors.write(SampleNetworks.randomWeights(shapes, seed: 1), to: ffdnet)
        }
        drunet = "\(folder)/drunet.safetensors"
        try SafeTensors.write(JobFiles.randomDRUNet(effort), to: drunet)
    }

    /// What image and weights are, for the report.
    func notes(_ denoiser: JobBenchmark.Denoiser) -> [String] {
        [
            isPhotograph
                ? "The image is the photograph of deepinv's distributed demo with its measurements."
                : "The image is drawn, its measurements are simulated.",
            denoiser == .ffdnet && isTrained
                ? "The weights are those of FFDNet's authors." : "The weights are random, from a seed.",
        ]
    }

    /// Blurs the image and adds noise.
    private static func simulate(_ image: Tensor, into pattern: String, threads: Int) throws {
        for (index, (kernel, path)) in zip(try kernels(), paths(pattern)).enumerated() {
            let blur = try PaddedBlur(kernel: kernel, shape: image.shape, padding: .circular, threads: threads)
            var random = Tensor(blur.range)
            random.withMutableView { CounterRandom.gaussian(into: $0, seed: 0, node: 0, instance: index) }
            let values = zip(blur.apply(image).values, random.values).map { $0 + noise[index] * $1 }
            try NPY.write(Tensor(blur.range, values), to: path)
        }
    }

    /// Weights that keep an iterate bounded: the features of a random U-Net grow from scale to scale, so the last layer
    /// makes an image of them that is small again.
    private static func randomDRUNet(_ effort: Effort) -> [String: Tensor] {
        let shapes = SampleNetworks.drunet(channels: 3, widths: effort.drunetWidths, blocks: effort.drunetBlocks)
        var weights = SampleNetworks.randomWeights(shapes, seed: 2)
        for (name, tensor) in weights where name == "m_tail.weight" {
            weights[name] = Tensor(tensor.type, tensor.values.map { $0 / 256 })
        }
        return weights
    }
}
