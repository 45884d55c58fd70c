internal import Foundation
internal import GraphModel
internal import Imaging
internal import Kernels
internal import Networks
internal import TensorFiles
internal import TensorMath
internal import Tensors
internal import TestSupport

/// How much noise the bundled denoisers remove from photographs, beside total variation and FFDNet with its authors'
/// weights. The photographs lie beside the checkout; no training saw them.
struct QualityBenchmark {
    private static let levels = [15, 25, 50]

    private let effort: Effort

    init(_ effort: Effort) {
        self.effort = effort
    }

    /// Mean PSNR in dB.
    private struct Figures {
        var totalVariation = 0.0
        var bundled = 0.0
        var ffdnet = 0.0
    }

    /// - Returns: `nil` where there are no photographs.
    func run(_ keep: Keep) throws -> Section? {
        let folder = SharedFiles.data.path("images")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".png")
        }
        let networks = ["ffdnet_gray", "ffdnet_color"].map { SharedFiles.data.path("\($0).safetensors") }
        guard !names.isEmpty, networks.allSatisfy(FileManager.default.fileExists) else {
            log("quality: left out, as there are no photographs and weights of FFDNet beside the checkout")
            return nil
        }
        let photographs = try names.sorted().prefix(effort.isFull ? names.count : 1).map { name in
            let image = try ImageFile.read("\(folder)/\(name)").image
            return effort.isFull ? image : corner(of: image)
        }
        var section = Section(
            "How much noise is removed",
            "Mean PSNR in dB over \(photographs.count) photographs, two of them of one scene, with Gaussian noise of "
                + "σ / 255: total variation with the weight that is best for each image, the bundled network, which saw no "
                + "photograph, and FFDNet with its authors' weights. Gray is the colour images' luma.",
            columns: ["", "σ", "noisy", "total variation", "bundled", "FFDNet", "over TV", "below FFDNet"])
        for (name, choice, other) in [
            ("gray", DenoiserChoice.gray, networks[0]), ("colour", .color, networks[1]),
        ] {
            let images = name == "gray" ? photographs.map(\.luma) : photographs
            let files = GraphFiles(folder: "")
            let bundled = try network(choice.weights ?? "", files)
            let ffdnet = try network(other, files)
            for level in QualityBenchmark.levels {
                log("quality: \(name), σ = \(level)")
                let sigma = Float(level) / 255
                var mean = Figures()
                for (index, image) in images.enumerated() {
                    let noisy = noisy(image, sigma, instance: index, iteration: level)
                    mean.totalVariation += try bestTotalVariation(noisy, sigma, image)
                    mean.bundled += try psnr(noisy, image) { try bundled.denoise($0, sigma: sigma, into: $1) }
                    mean.ffdnet += try psnr(noisy, image) { try ffdnet.denoise($0, sigma: sigma, into: $1) }
                }
                let count = Double(images.count)
                let (tv, own, real) = (mean.totalVariation / count, mean.bundled / count, mean.ffdnet / count)
                section.rows.append(
                    [name, "\(level)", decimals(-20 * log10(Double(sigma)), 2)]
                        + [tv, own, real, own - tv, real - own].map { decimals($0, 2) })
                if effort.isFull {
                    section.requirements += [
                        Requirement(
                            "\(name), σ = \(level): bundled below FFDNet", .atMost, 0.7, "dB", measured: real - own),
                        Requirement(
                            "\(name), σ = \(level): bundled over TV", .atLeast, 1.2, "dB", measured: own - tv),
                    ]
                }
                try keep(section)
            }
        }
        return section
    }

    private func network(_ path: String, _ files: GraphFiles) throws -> NetworkDenoiser {
        try NetworkDenoiser(
            network: try FileFacts(files).network(of: path), weights: try files.weights(path), threads: effort.threads)
    }

    /// For small sizes: the upper left of an image.
    private func corner(of image: Tensor) -> Tensor {
        let width = image.shape[3]
        let values = (0..<image.shape[1]).flatMap { channel in
            (0..<effort.height).flatMap { row in
                let start = (channel * image.shape[2] + row) * width
                return image.values[start..<start + effort.width]
            }
        }
        return Tensor([1, image.shape[1], effort.height, effort.width], values)
    }

    private func noisy(_ image: Tensor, _ sigma: Float, instance: Int, iteration: Int) -> Tensor {
        var noise = Tensor(image.shape)
        noise.withMutableView {
            CounterRandom.gaussian(into: $0, seed: 0, node: 0, instance: instance, iteration: iteration)
        }
        return Tensor(image.shape, zip(image.values, noise.values).map { $0 + sigma * $1 })
    }

    private func psnr(
        _ noisy: Tensor, _ truth: Tensor, _ denoise: (TensorView, MutableTensorView) throws -> Void
    ) throws -> Double {
        var result = Tensor(noisy.shape)
        try noisy.withView { x in try result.withMutableView { try denoise(x, $0) } }
        return result.withView { x in truth.withView { Metrics.psnr(x, reference: $0) } }
    }

    /// The PSNR at the weight that is best for this image, found by golden-section search between a tenth of the noise
    /// level and three times it.
    private func bestTotalVariation(_ noisy: Tensor, _ sigma: Float, _ truth: Tensor) throws -> Double {
        let solver = try TotalVariation(shape: noisy.shape, iterations: 200, threads: effort.threads)
        func value(_ exponent: Double) throws -> Double {
            try psnr(noisy, truth) { solver.denoise($0, threshold: sigma * Float(exp(exponent)), into: $1) }
        }
        let section = (5.0.squareRoot() - 1) / 2
        var (low, high) = (log(0.1), log(3.0))
        var (left, right) = (high - section * (high - low), low + section * (high - low))
        var (atLeft, atRight) = (try value(left), try value(right))
        for _ in 0..<8 {
            if atLeft > atRight {
                (high, right, atRight) = (right, left, atLeft)
                left = high - section * (high - low)
                atLeft = try value(left)
            } else {
                (low, left, atLeft) = (left, right, atRight)
                right = low + section * (high - low)
                atRight = try value(right)
            }
        }
        return max(atLeft, atRight)
    }
}
