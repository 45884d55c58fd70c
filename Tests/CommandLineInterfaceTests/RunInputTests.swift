internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    /// Images and measurements from files of every form.
    @Suite("Inputs of a run")
    struct RunInputTests {
        enum Form: String, CaseIterable {
            case grayPNG8, grayPNG16, colourPNG8, colourPNG16, array2, array3, array4

            var channels: Int { [.colourPNG8, .colourPNG16, .array3, .array4].contains(self) ? 3 : 1 }

            func write(to path: String) throws {
                let image = Samples.image(channels, 32, 40)
                switch self {
                case .grayPNG8, .colourPNG8: try PNG.write(image, to: path, bitDepth: .eight)
                case .grayPNG16, .colourPNG16: try PNG.write(image, to: path, bitDepth: .sixteen)
                case .array2: try NPY.write(Tensor(TensorType([32, 40]), image.values), to: path)
                case .array3: try NPY.write(Tensor(TensorType([3, 32, 40]), image.values), to: path)
                case .array4: try NPY.write(image, to: path)
                }
            }
        }

        @Test("An image may be PNG or NPY", arguments: Form.allCases)
        func forms(_ form: Form) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try form.write(to: here.path("input"))
            let arguments = ["g.graph", "--set", "image=input", "--output", "out"] + quick
            let outcome = try await here.start(arguments, by: "graphrun").outcome()
            #expect(outcome.code == 0)
            #expect(outcome.errors == "")
            #expect(try NPY.read(here.path("out/result.npy")).shape == [1, form.channels, 32, 40])
            #expect(try PNG.read(here.path("out/result.png")).image.shape == [1, form.channels, 32, 40])
        }

        @Test("Transparency is dropped with a note, unless all is to be quiet", arguments: ["rgb.png", "gray.png"])
        func alpha(name: String) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let picture = name == "rgb.png" ? Samples.transparentRGB : Samples.transparentGray
            try #require(picture).write(to: URL(filePath: here.path(name)))
            let arguments = ["g.graph", "--set", "image=\(name)"] + quick
            let outcome = try await here.start(arguments, by: "graphrun").outcome()
            #expect(outcome.code == 0)
            #expect(outcome.errors == "graphrun: warning: \(here.path(name)): its transparency is ignored\n")
            let quiet = try await here.start(arguments + ["--quiet", "--output", "q"], by: "graphrun").outcome()
            #expect(quiet.code == 0)
            #expect(quiet.errors == "")
        }

        @Test("Measurements may be read with no truth: no PSNR, and nothing breaks")
        func measurements() async throws {
            let here = try Workplace()
            for index in 0..<3 {
                let noise = Tensor.random([1, 3, 32, 40], in: -0.05...0.05, seed: UInt64(index))
                let values = zip(Samples.image(3, 32, 40).values, noise.values).map { $0 + $1 }
                try NPY.write(Tensor(noise.type, values), to: here.path("y\(index).npy"))
            }
            try FileManager.default.createDirectory(atPath: here.path("graphs"), withIntermediateDirectories: true)
            let emitted = try await here.run(
                "emit", "pnp", "--set", "measurements=y{shard}.npy", "--set", "denoiser=total-variation", "-o",
                "graphs/m.graph", by: "graphs")
            #expect(emitted.code == 0)
            let arguments = ["graphs/m.graph", "--output", "out"] + quick
            let outcome = try await here.start(arguments, by: "graphrun").outcome()
            #expect(outcome.code == 0)
            #expect(outcome.errors == "")
            #expect(!outcome.output.contains("psnr") && !outcome.output.contains("dB"))
            let metrics = try here.text("out/metrics.csv").split(separator: "\n")
            #expect(metrics.first == "iteration,residual,seconds")
            #expect(metrics.count == 5)
            #expect(
                try here.names(in: "out") == [
                    "checkpoint", "comparison.png", "convergence.png", "graph.dot", "metrics.csv", "result.npy",
                    "result.png", "run.json", "trace.json",
                ])
        }

        @Test("The comparison has a panel less without a truth")
        func panels() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            for index in 0..<3 { try NPY.write(Samples.image(), to: here.path("y\(index).npy")) }
            _ = try await here.run(
                "emit", "pnp", "--set", "measurements=y{shard}.npy", "--set", "denoiser=total-variation", "-o",
                "m.graph", by: "graphs")
            for name in ["g", "m"] {
                _ = try await here.start(["\(name).graph", "--output", name] + quick, by: "graphrun").outcome()
            }
            let widths = try ["g", "m"].map { try PNG.read(here.path("\($0)/comparison.png")).image.shape[3] }
            #expect(widths[1] < widths[0])
        }

        @Test("A step that may diverge is warned of, with its place")
        func warning() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await here.start(["g.graph", "--set", "step=2"] + quick, by: "graphrun").outcome()
            #expect(outcome.code == 0)
            #expect(
                outcome.errorLines == [
                    "graphrun: warning: g.graph:101: 'z': step 2 may diverge: the gradient's Lipschitz constant is at "
                        + "most 3, so use a step below 0.666"
                ])
        }
    }
}
