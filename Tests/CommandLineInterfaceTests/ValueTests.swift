internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    /// What is in the files of a job: found before anything is started, or told where it may be meant.
    @Suite("Values of inputs")
    struct ValueTests {
        private func workplace() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            return here
        }

        private func folder(_ here: Workplace) -> String { String(here.path("").dropLast()) }

        /// `image.npy` with two values that are no numbers.
        private func damage(_ here: Workplace) throws {
            var image = Samples.image()
            image.withMutableView { view in
                view.floats[32 * 32 + 5 * 32 + 7] = .nan
                view.floats[2000] = .infinity
            }
            try NPY.write(image, to: here.path("image.npy"))
        }

        private static let notFinite =
            "2 of its 3072 values are NaN or infinite, the first at [0, 1, 5, 7] (nan); replace them, for example with "
            + "numpy.nan_to_num"

        @Test(
            "An image with NaN is refused by every command, and nothing is made",
            arguments: [["check"], ["plan"], ["dot"], ["run", "--output", "out"], ["plan", "--workers", "2"]])
        func notFinite(command: [String]) async throws {
            let here = try await workplace()
            try damage(here)
            let before = try here.names()
            let outcome = try await here.start(
                [command[0], "g.graph"] + command.dropFirst(), by: "graphrun"
            ).outcome()
            #expect(outcome.code == 2 && outcome.output == "")
            #expect(
                outcome.errorLines == ["graphrun: g.graph:26: 'truth': \(folder(here))/image.npy: \(Self.notFinite)"])
            #expect(try here.names() == before)
        }

        @Test("also by 'denoise', which writes nothing")
        func denoise() async throws {
            let here = try await workplace()
            try damage(here)
            let outcome = try await here.run("denoise", "image.npy", "out.png", "--sigma", "0.1")
            #expect(outcome.code == 2 && outcome.output == "")
            #expect(outcome.errorLines == ["graphrun: image.npy: \(Self.notFinite)"])
            #expect(try here.names() == ["g.graph", "image.npy"])
        }

        @Test("Measurements are looked at before a run begins, the last of them too")
        func measurements() async throws {
            let here = try Workplace()
            for index in 0..<3 { try NPY.write(Samples.image(), to: here.path("y\(index).npy")) }
            var last = Samples.image()
            last.withMutableView { $0.floats[0] = -.infinity }
            try NPY.write(last, to: here.path("y2.npy"))
            _ = try await here.run("emit", "pnp", "--set", "measurements=y{shard}.npy", "-o", "m.graph", by: "graphs")
            let outcome = try await here.run("m.graph", "--output", "out")
            #expect(outcome.code == 2)
            #expect(
                outcome.errors.hasSuffix(
                    "'y[2]': \(folder(here))/y2.npy: 1 of its 3072 values is NaN or infinite, at [0, 0, 0, 0] (-inf); "
                        + "replace it, for example with numpy.nan_to_num\n"))
            #expect(try !here.names().contains("out"))
        }

        /// A graph that reads an image, and a file by the operator or denoiser given as JSON.
        private func graph(_ here: Workplace, _ kind: String, _ settings: String) throws {
            try here.write(
                """
                {
                  "graphrun": 1, "name": "own", "summary": "", "iterations": 1,
                  "nodes": [
                    { "id": "image", "kind": "load", "settings": { "layout": "image", "path": "image.npy" } },
                    { "id": "y", "kind": "\(kind)", "inputs": ["image"], "settings": \(settings) }
                  ],
                  "outputs": { "result": "y" }
                }
                """, to: "own.graph")
        }

        @Test(
            "Kernels, masks and weights that hold NaN are refused by the name of their file",
            arguments: [
                (
                    "measure",
                    #"{ "operator": { "blur": { "kernels": [{ "file": { "path": "f.npy" } }], "padding": "circular" } } }"#
                ),
                ("measure:inpainting", #"{ "operator": { "mask": { "file": { "path": "f.npy" } } } }"#),
                ("denoise", #"{ "denoiser": { "weights": "f.safetensors" }, "sigma": 0.1 }"#),
            ])
        func files(kind: String, settings: String) async throws {
            let here = try await workplace()
            try NPY.write(Samples.image(1), to: here.path("image.npy"))
            try graph(here, kind, settings)
            var array = Tensor([32, 32])
            array.withMutableView { $0.floats[33] = .nan }
            try NPY.write(array, to: here.path("f.npy"))
            var weights = SampleNetworks.randomWeights(
                SampleNetworks.dncnn(channels: 1, features: 4, depth: 3), seed: 1)
            for name in weights.keys { weights[name]?.withMutableView { $0.floats[0] = .nan } }
            try SafeTensors.write(weights, to: here.path("f.safetensors"))
            let outcome = try await here.run("own.graph", "--output", "out")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            let file = kind == "denoise" ? "f.safetensors: tensor '" : "f.npy: 1 of its 1024 values is NaN or infinite"
            #expect(outcome.errors.hasPrefix("graphrun: own.graph:5: 'y': \(folder(here))/\(file)"))
            #expect(outcome.errors.contains("NaN or infinite"))
        }

        @Test("What comes out of finite values and is not finite is no result", arguments: ["out.npy", "out.png"])
        func overflow(output: String) async throws {
            let here = try await workplace()
            var image = Samples.image(1, 32, 32)
            image.withMutableView { $0.floats[500] = 3.4e38 }
            try NPY.write(image, to: here.path("huge.npy"))
            let denoised = try await here.run(
                "denoise", "huge.npy", output, "--sigma", "0.05", "--range", "0..1", "--denoiser", "total-variation")
            #expect(denoised.code == 1 && denoised.errorLines.count == 1, "\(denoised.errors)")
            let line =
                #/graphrun: huge.npy: \d+ of 1024 values of the result are not finite, and it is not written; scale the image into \[0, 1\] with --range, or give another denoiser or weights/#
            #expect(denoised.errorLines.first?.wholeMatch(of: line) != nil, "\(denoised.errors)")
            #expect(try !here.names().contains(output))

            try NPY.write(Samples.image(1, 32, 32), to: here.path("gray.npy"))
            let weights = try SafeTensors.decode(BundledWeights.gray.bytes, path: "bundled")
            try SafeTensors.write(
                weights.mapValues { Tensor($0.type, $0.values.map { _ in 3e38 }) }, to: here.path("w.safetensors"))
            _ = try await here.run("emit", "denoise", "--set", "image=gray.npy", "-o", "d.graph", by: "graphs")
            let run = try await here.run("d.graph", "--set", "weights=w.safetensors", "--json", "--output", "out")
            let last = try #require(run.outputLines.last)
            #expect(last.contains(#""event":"stopped""#) && last.contains(#""reason":"not finite""#))
            #expect(run.code == 1, "\(run.errors)")
            #expect(
                run.errorLines.last?.contains(": values that are not finite came out of finite ones; scale what the ")
                    == true,
                "\(run.errors)")
        }

        @Test("A name with a line break in it is refused in one line")
        func lineBreaks() async throws {
            let here = try Workplace()
            for arguments in [["no\ngraphrun: all is well"], ["denoise", "a\r\nb.png", "o.png", "--sigma", "0.1"]] {
                let outcome = try await here.start(arguments, by: "graphrun").outcome()
                #expect(outcome.code == 2 && outcome.output == "")
                #expect(outcome.errorLines.count == 1)
                #expect(outcome.errors.hasSuffix("': there is a line break in it; give names and values of one line\n"))
            }
        }

        @Test("0…255 is refused with the range to give, and read with it as [0, 1] is", arguments: [1, 3])
        func ranges(channels: Int) async throws {
            let here = try Workplace()
            let unit = Samples.image(channels, 40, 36)
            try NPY.write(unit, to: here.path("unit.npy"))
            let wide = Tensor(unit.shape, unit.values.map { $0 * 255 })
            try NPY.write(wide, to: here.path("wide.npy"))
            let refused = try await here.run("denoise", "wide.npy", "out.npy", "--sigma", "0.1")
            #expect(refused.code == 2)
            let (least, most) = (try #require(wide.values.min()), try #require(wide.values.max()))
            #expect(
                refused.errorLines == [
                    "graphrun: wide.npy: its values go from \(least) to \(most), and images from 0 to 1; --range 0..255 "
                        + "scales them (--range 0..1 takes them as they are)"
                ])
            #expect(try here.names() == ["unit.npy", "wide.npy"])
            let scaled = try await here.run(
                "denoise", "wide.npy", "out.npy", "--sigma", "0.1", "--range", "0..255")
            let straight = try await here.run("denoise", "unit.npy", "ref.npy", "--sigma", "0.1")
            #expect(scaled.code == 0 && scaled.errors == "" && straight.code == 0)
            let (result, reference) = (try NPY.read(here.path("out.npy")), try NPY.read(here.path("ref.npy")))
            #expect(maxDifference(result, reference) <= 1e-5)
            let negative = Tensor(unit.shape, unit.values.map { 2 * $0 - 1 })
            try NPY.write(negative, to: here.path("negative.npy"))
            let centred = try await here.run(
                "denoise", "negative.npy", "out.npy", "--sigma", "0.1", "--range", "-1..1")
            #expect(centred.code == 0 && centred.errors == "")
            #expect(maxDifference(try NPY.read(here.path("out.npy")), reference) <= 1e-5)
        }

        @Test("A graph's image of 0…255 is refused, and read with --set range=0..255")
        func graphRanges() async throws {
            let here = try await workplace()
            let run = ["run", "g.graph"] + quick
            #expect(try await here.start(run + ["--output", "unit"], by: "graphrun").outcome().code == 0)
            let image = Samples.image()
            try NPY.write(Tensor(image.shape, image.values.map { $0 * 255 }), to: here.path("image.npy"))
            let refused = try await here.start(run + ["--output", "wide"], by: "graphrun").outcome()
            #expect(refused.code == 2)
            #expect(
                refused.errors.contains("; --set range=0..255 scales them (--set range=0..1 takes them as they are)\n"))
            #expect(try !here.names().contains("wide"))
            let scaled = try await here.start(
                run + ["--set", "range=0..255", "--output", "wide"], by: "graphrun"
            ).outcome()
            #expect(scaled.code == 0 && scaled.errors == "")
            let (result, reference) = (
                try NPY.read(here.path("wide/result.npy")), try NPY.read(here.path("unit/result.npy"))
            )
            #expect(maxDifference(result, reference) <= 1e-5)
        }

        @Test("H × W × C is refused with the layout to give, and read with it", arguments: ["denoise", "pnp"])
        func layouts(command: String) async throws {
            let here = try await workplace()
            let image = Samples.image(3, 32, 40)
            let behind = (0..<image.shape.count).map { index in image.values[index % 3 * 1280 + index / 3] }
            try NPY.write(Tensor([32, 40, 3], behind), to: here.path("behind.npy"))
            try NPY.write(Tensor([3, 32, 40], image.values), to: here.path("image.npy"))
            let isDenoise = command == "denoise"
            func run(_ file: String, _ options: [String]) async throws -> Outcome {
                let arguments =
                    isDenoise
                    ? ["denoise", file, "out-\(file)", "--sigma", "0.1"]
                    : ["g.graph", "--set", "image=\(file)", "--output", "out-\(file)"] + quick
                return try await here.start(arguments + options, by: "graphrun").outcome()
            }
            let refused = try await run("behind.npy", [])
            #expect(refused.code == 2 && refused.errorLines.count == 1)
            let option = isDenoise ? "--layout " : "--set layout="
            #expect(
                refused.errors.hasSuffix(
                    "behind.npy: 32 × 40 × 3 looks like H × W × C, not C × H × W; \(option)hwc takes it so (\(option)chw as "
                        + "32 channels of 40 × 3 pixels)\n"))
            #expect(try await run("image.npy", []).code == 0)
            let read = try await run("behind.npy", isDenoise ? ["--layout", "hwc"] : ["--set", "layout=hwc"])
            #expect(read.code == 0 && read.errors == "")
            let file = isDenoise ? "" : "/result.npy"
            let (result, reference) = (
                try NPY.read(here.path("out-behind.npy\(file)")), try NPY.read(here.path("out-image.npy\(file)"))
            )
            guard isDenoise else {
                #expect(result == reference)
                return
            }
            // An array comes back as it was stored.
            #expect(result.shape == [32, 40, 3] && reference.shape == [3, 32, 40])
            let front = reference.values
            let stored: [Float] = front.indices.map { index in front[index % 3 * 1280 + index / 3] }
            #expect(result.values == stored)
        }

        @Test("Options that are none are told in a line")
        func options() async throws {
            let here = try await workplace()
            let outcome = try await here.run(
                "denoise", "image.npy", "out.png", "--sigma", "0.1", "--range", "255")
            #expect(outcome.code == 2)
            #expect(
                outcome.errorLines == [
                    "graphrun: --range 255: give the numbers that are black and white, for example --range 0..255"
                ])
            let layout = try await here.run(
                "denoise", "image.npy", "out.png", "--sigma", "0.1", "--layout", "array")
            #expect(layout.code == 2)
            #expect(
                layout.errorLines == ["graphrun: --layout array: give hwc, or chw for channels, height, width"])
            let set = try await here.run("g.graph", "--set", "range=255")
            #expect(set.code == 2)
            #expect(
                set.errorLines == [
                    "graphrun: g.graph: --set range=255: parameter 'range' takes a range of values such as 0..255, or "
                        + "auto, not '255'"
                ])
        }

        @Test("A picture and an array of the same samples give the same bytes", arguments: PNG.BitDepth.allCases)
        func samples(depth: PNG.BitDepth) async throws {
            let here = try Workplace()
            let white = Float(depth == .eight ? 255 : 65535)
            let samples = Samples.image(3, 24, 20).values.map { ($0 * white).rounded() }
            try PNG.write(
                Tensor([3, 24, 20], samples.map { $0 / white }), to: here.path("in.png"), bitDepth: depth)
            let header =
                "{'descr': '\(depth == .eight ? "|u1" : "<u2")', 'fortran_order': False, 'shape': (3, 24, 20), }\n"
            let numbers = samples.flatMap { sample in
                depth == .eight ? [UInt8(sample)] : [UInt8(Int(sample) & 255), UInt8(Int(sample) >> 8)]
            }
            let prefix: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
            try Data(prefix + Array(header.utf8) + numbers).write(to: here.url.appending(path: "in.npy"))
            for name in ["in.png", "in.npy"] {
                let outcome = try await here.run("denoise", name, "\(name)-out.npy", "--sigma", "0.1")
                #expect(outcome.code == 0 && outcome.errors == "")
            }
            let (picture, array) = (
                try NPY.read(here.path("in.png-out.npy")), try NPY.read(here.path("in.npy-out.npy"))
            )
            #expect(picture.values == array.values)
        }

        @Test("What a PNG cannot show is told once, with its share", arguments: [nil, "--quiet", "--json"])
        func clipped(option: String?) async throws {
            let here = try await workplace()
            var image = Tensor([1, 1, 20, 20], Array(repeating: Float(0.5), count: 400))
            image.withMutableView { view in
                for index in 0..<4 { view.floats[index] = 1.4 }
                view.floats[399] = -0.3
            }
            try NPY.write(image, to: here.path("image.npy"))
            try graph(here, "scale", #"{ "factor": 1 }"#)
            let outcome = try await here.start(
                ["own.graph", "--output", "out"] + [option].compactMap { $0 }, by: "graphrun"
            ).outcome()
            #expect(outcome.code == 0 && outcome.errors == "")
            let lines = outcome.outputLines.filter { $0.contains("clipped") }
            let note =
                "values outside of [0, 1] are clipped in result.png (5 values, 1.2 %); the .npy file of that name has them "
                + "all"
            switch option {
            case nil: #expect(lines == [note])
            case "--json": #expect(lines.count == 1 && lines[0].contains("\"note\":\"\(note)\""))
            default: #expect(lines == [])
            }
            #expect(try NPY.read(here.path("out/result.npy")).values == image.values)
        }

        @Test("'denoise' tells what its picture clips")
        func clippedPicture() async throws {
            let here = try Workplace()
            // Total variation of weight 0 changes nothing.
            let values = (0..<400).map { Float($0 < 40 ? 1.25 : 0.5) }
            try NPY.write(Tensor([20, 20], values), to: here.path("in.npy"))
            let outcome = try await here.run(
                "denoise", "in.npy", "out.png", "--sigma", "0", "--denoiser", "total-variation")
            #expect(outcome.code == 0)
            #expect(
                outcome.errorLines == [
                    "graphrun: warning: out.png: 40 values, 10.0 % of its values are outside of [0, 1] and clipped; a name "
                        + "that ends in .npy keeps them"
                ])
        }
    }
}
