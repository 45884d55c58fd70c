internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    @Suite("denoise")
    struct DenoiseTests {
        private func workplace(_ channels: Int) throws -> Workplace {
            let here = try Workplace()
            try NPY.write(Samples.image(channels, 40, 36), to: here.path("in.npy"))
            try PNG.write(Samples.image(channels, 40, 36), to: here.path("in.png"), bitDepth: .eight)
            return here
        }

        @Test("A picture becomes a picture, and nothing else is written", arguments: [1, 3])
        func picture(_ channels: Int) async throws {
            let here = try workplace(channels)
            let outcome = try await here.run("denoise", "in.png", "out.png", "--sigma", "0.1")
            #expect(outcome.code == 0 && outcome.output == "" && outcome.errors == "")
            #expect(try here.names() == ["in.npy", "in.png", "out.png"])
            let (noisy, result) = (
                try PNG.read(here.path("in.png")).image, try PNG.read(here.path("out.png")).image
            )
            #expect(result.shape == noisy.shape)
            #expect(maxDifference(noisy, result) > 0.01)
        }

        @Test(
            "An array keeps its shape",
            arguments: [[40, 33], [1, 40, 33], [3, 40, 33], [2, 3, 40, 33], [1, 5, 40, 33]])
        func array(_ dimensions: [Int]) async throws {
            let here = try Workplace()
            try NPY.write(Tensor.random(Shape(dimensions), in: 0...1, seed: 2), to: here.path("in.npy"))
            let outcome = try await here.run("denoise", "in.npy", "out.npy", "--sigma", "0.1")
            #expect(outcome.code == 0 && outcome.errors == "")
            #expect(try NPY.read(here.path("out.npy")).shape == Shape(dimensions))
        }

        @Test("The graph 'denoise' gives the same, tiles and workers change nothing")
        func same() async throws {
            let here = try workplace(3)
            _ = try await here.run("emit", "denoise", "--set", "image=in.npy", "-o", "d.graph", by: "graphs")
            _ = try await here.run("d.graph", "--output", "run")
            for (name, options) in [
                ("a.npy", []), ("b.npy", ["--tile", "16"]), ("c.npy", ["--workers", "2", "--tile", "16"]),
            ] {
                let outcome = try await here.start(
                    ["denoise", "in.npy", name, "--sigma", "0.1"] + options, by: "graphrun"
                ).outcome()
                #expect(outcome.code == 0)
                let difference = maxDifference(
                    try NPY.read(here.path(name)), try NPY.read(here.path("run/result.npy")))
                #expect(difference <= 1e-5, "\(name)")
            }
        }

        @Test("What is wrong is one line, and nothing is written")
        func mistakes() async throws {
            let here = try workplace(3)
            try NPY.write(Tensor([1, 5, 8, 9]), to: here.path("five.npy"))
            for (arguments, message) in [
                (["in.png", "out.jpg", "--sigma", "0.1"], "out.jpg: the name must end in .png or .npy"),
                (
                    ["in.png", "out.png", "--sigma", "25"],
                    "--sigma 25: give a number from 0 to 1, as images are; for 25 of 255 that is 0.098"
                ),
                (["none.png", "out.png", "--sigma", "0.1"], "none.png: no such file; check the path"),
                (
                    ["in.png", "out.png", "--sigma", "0.1", "--weights", "none.safetensors"],
                    "none.safetensors: no such file; check the path"
                ),
                (
                    ["in.png", "out.png", "--sigma", "0.1", "--denoiser", "graphrun-gray"],
                    "graphrun-gray: this unet takes images of N × 1 × H × W, not 1 × 3 × 40 × 36 float32; "
                        + "'graphrun-color' does"
                ),
                (
                    ["five.npy", "out.png", "--sigma", "0.1"],
                    "out.png: 1 × 5 × 8 × 9 float32 is no picture; "
                        + "give a name that ends in .npy"
                ),
                (
                    ["in.png", "none/out.png", "--sigma", "0.1"],
                    "none/out.png: there is no such folder; make it, or name another"
                ),
                (
                    ["in.png", "out.png", "--sigma", "0.1", "--weights", "w", "--denoiser", "total-variation"],
                    "--weights and --denoiser both name a denoiser; give one of them"
                ),
                (
                    ["in.png", "out.png", "--sigma", "0.1", "--tile", "0"],
                    "--tile 0: give a whole number from 1 to 1000000"
                ),
            ] {
                let outcome = try await here.start(["denoise"] + arguments, by: "graphrun").outcome()
                #expect(outcome.code == 2)
                #expect(outcome.errorLines == ["graphrun: \(message)"])
            }
            #expect(try here.names() == ["five.npy", "in.npy", "in.png"])
        }

        @Test("A picture that turns out damaged is refused by its name")
        func damaged() async throws {
            let here = try workplace(1)
            var bytes = try here.bytes("in.png")
            // Within the compressed samples.
            for index in bytes.count / 2..<bytes.count / 2 + 20 { bytes[index] ^= 0x55 }
            try bytes.write(to: here.url.appending(path: "damaged.png"))
            let outcome = try await here.run("denoise", "damaged.png", "out.png", "--sigma", "0.1")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("graphrun: damaged.png: is a damaged PNG file (libpng: "))
            #expect(try !here.names().contains("out.png"))
        }

        @Test("16 bits a sample stay 16")
        func depth() async throws {
            let here = try workplace(1)
            try PNG.write(Samples.image(1, 40, 36), to: here.path("deep.png"), bitDepth: .sixteen)
            let outcome = try await here.run("denoise", "deep.png", "out.png", "--sigma", "0.1")
            #expect(outcome.code == 0)
            #expect(try PNG.bitDepth(of: here.path("out.png")) == .sixteen)
        }

        @Test("More noise than the networks were trained for is warned of")
        func muchNoise() async throws {
            let here = try workplace(3)
            let outcome = try await here.run("denoise", "in.png", "out.png", "--sigma", "0.5")
            #expect(outcome.code == 0)
            #expect(
                outcome.errorLines == [
                    "graphrun: warning: 'sigma' 0.5 is more than graphrun-color was trained for, 0.2; "
                        + "scale image and noise level down together"
                ])
        }
    }
}
