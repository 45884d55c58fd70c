import GraphModel
import Imaging
import Kernels
import Runtime
import TensorFiles
import TensorMath
import Tensors
import TestSupport
import Testing

/// Promise 2: a tiled denoiser equals the untiled one to rounding.
@Suite("Promise: exact tiles", .timeLimit(.minutes(30)))
struct ExactTilesTests {
    /// Denoises the same image tiled and whole; the largest absolute difference.
    func difference(_ mode: TileMode, tile: Int, _ settings: [String: String]) throws -> Float {
        let tiled = try Job(
            "denoise", settings.merging(["tiles": mode.rawValue, "tile": "\(tile)"]) { $1 }
        ).run("result", workers: 2)
        let whole = try Job(
            "denoise", settings.merging(["tiles": "exact", "tile": "1000000"]) { $1 }
        ).run("result", workers: 1)
        return maxDifference(try #require(tiled.first), try #require(whole.first))
    }

    @Test("small networks at every parity", arguments: [[64, 48], [63, 48], [64, 47], [61, 53]], [16, 20, 24, 37])
    func network(_ size: [Int], tile: Int) throws {
        let folder = try TemporaryFolder()
        let settings = [
            "image": try folder.image([1, 3, size[0], size[1]]), "weights": try folder.smallNetwork(),
            "overlap": "8",
        ]
        let exact = try difference(.exact, tile: tile, settings)
        #expect(exact <= 1e-5)
        let paste = try difference(.paste, tile: tile, settings)
        print("small network, \(size[0])x\(size[1]), tile \(tile): exact \(exact), paste (halo 8) \(paste)")
    }

    @Test(
        "the bundled denoisers at every parity", arguments: [("graphrun-color", 3), ("graphrun-gray", 1)],
        [[160, 121], [161, 122], [163, 124]])
    func bundled(_ denoiser: (name: String, channels: Int), size: [Int]) throws {
        let folder = try TemporaryFolder()
        let settings = [
            "image": try folder.image([1, denoiser.channels, size[0], size[1]]), "denoiser": denoiser.name,
        ]
        for tile in [24, 30] {
            let exact = try difference(.exact, tile: tile, settings)
            #expect(exact <= 1e-5)
            // Whoever looks less far than the network does sees another image.
            let narrow = try difference(.paste, tile: tile, settings.merging(["overlap": "8"]) { $1 })
            #expect(narrow > 1e-2)
            print("\(denoiser.name), \(size[0])x\(size[1]), tile \(tile): exact \(exact), paste (halo 8) \(narrow)")
        }
    }

    @Test("total variation", arguments: [[40, 52], [41, 33]], [12, 17])
    func totalVariation(_ size: [Int], tile: Int) throws {
        let folder = try TemporaryFolder()
        let settings = ["image": try folder.image([1, 3, size[0], size[1]]), "tv-iterations": "9", "sigma": "0.3"]
        let exact = try difference(.exact, tile: tile, settings)
        #expect(exact <= 1e-6)
    }

    @Test(
        "trained weights on the photograph, even and odd sizes",
        .enabled(if: SharedFiles.data.exist, "the photographs in ../shared/data are not here"),
        arguments: [[767, 511], [384, 300], [383, 299]], [128, 200])
    func photograph(_ size: [Int], tile: Int) throws {
        let folder = try TemporaryFolder()
        let photograph = try PNG.read(SharedFiles.data.path("images/seed_102061_767x512.png")).image
        let image = folder.file("cut.npy")
        try NPY.write(cut(photograph, height: size[0], width: size[1]), to: image)
        let settings = ["image": image, "weights": SharedFiles.data.path("ffdnet_color.safetensors")]
        let exact = try difference(.exact, tile: tile, settings)
        #expect(exact <= 1e-5)
        print("FFDNet, \(size[0])x\(size[1]), tile \(tile): exact \(exact)")
    }

    @Test(
        "trained weights by Winograd convolutions",
        .enabled(
            if: SharedFiles.data.exist && Libraries.hasWinograd,
            "the photographs in ../shared/data are not here, or this oneDNN has no Winograd convolutions"),
        arguments: [[767, 512], [383, 299]], [200, 256])
    func winograd(_ size: [Int], tile: Int) throws {
        let folder = try TemporaryFolder()
        let photograph = try PNG.read(SharedFiles.data.path("images/seed_102061_767x512.png")).image
        try NPY.write(cut(photograph, height: size[0], width: size[1]), to: folder.file("cut.npy"))
        let settings = [
            "image": folder.file("cut.npy"), "convolutions": "winograd",
            "weights": SharedFiles.data.path("ffdnet_color.safetensors"),
        ]
        let exact = try difference(.exact, tile: tile, settings)
        #expect(exact <= 1e-5)
        print("FFDNet by Winograd, \(size[0])x\(size[1]), tile \(tile): exact \(exact)")
    }

    @Test("an image that lives as tiles gives what a whole one gives", arguments: [1, 2, 3, 7])
    func tileStates(workers: Int) throws {
        let folder = try TemporaryFolder()
        let image = try folder.image([1, 3, 61, 53])
        let weights = try folder.smallNetwork()
        let tiled = try Job(denoiseRepeatedly(image, weights, asTiles: true))
        let whole = try Job(denoiseRepeatedly(image, weights, asTiles: false))
        #expect(tiled.expansion.instances(of: "x").count == 12)
        let truth = try #require(try whole.run("result", workers: 1).first)
        let result = try #require(try tiled.run("result", workers: workers).first)
        #expect(maxDifference(result, truth) <= 1e-5)
        #expect(try tiled.oracle("result") == [result])
    }

    /// The same iteration on a whole image and on tiles that no node ever puts together within the loop.
    private func denoiseRepeatedly(_ image: String, _ weights: String, asTiles: Bool) throws -> Graph {
        try Graph("repeat", summary: "Denoises four times") { g in
            let denoiser = Denoiser(weights: Setting(weights), tvWeight: 1, tvIterations: 1)
            let image = g.add("image", Load(Setting(image)))
            g.loop(4)
            guard asTiles else {
                let x = g.state("x", initial: image)
                g.next(x, g.add("denoised", Denoise(denoiser, sigma: 0.1), x))
                g.output("result", x)
                return
            }
            let tile = g.tiles("tile", of: image, mode: Setting(.exact), size: 20, overlap: 0, denoiser: denoiser)
            let start = g.add("start", Trim(), g.add("cut", Crop(), image, over: tile), over: tile)
            let x = g.state("x", initial: start, over: tile)
            let windows = g.add("windows", HaloExchange(), x, over: tile)
            let denoised = g.add("denoised", Denoise(denoiser, sigma: 0.1), windows, over: tile)
            g.next(x, g.add("next", Trim(), denoised, over: tile))
            g.output("result", g.add("result", Assemble(), x))
        }
    }
}

/// The upper left corner of an image.
func cut(_ image: Tensor, height: Int, width: Int) -> Tensor {
    let shape: Shape = [1, image.shape[1], height, width]
    let values = image.values
    var kept: [Float] = []
    kept.reserveCapacity(shape.count)
    for channel in 0..<image.shape[1] {
        for row in 0..<height {
            let start = (channel * image.shape[2] + row) * image.shape[3]
            kept += values[start..<start + width]
        }
    }
    return Tensor(shape, kept)
}
