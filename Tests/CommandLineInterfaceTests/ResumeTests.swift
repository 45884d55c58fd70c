internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    /// Ctrl-C, and going on.
    @Suite("Stopping and going on")
    struct ResumeTests {
        /// A run that is stopped after some iterations, and the command that it prints.
        private func stop(
            _ here: Workplace, _ arguments: [String], at text: String
        ) async throws -> (iteration: Int, command: String) {
            let program = try here.start(arguments + ["--json"], by: "graphrun")
            try await program.waitForOutput(text)
            program.interrupt()
            let outcome = try await program.outcome()
            try #require(outcome.code == 1, "it was not stopped in time: \(outcome.errors)")
            try #require(outcome.errorLines.count == 3, "\(outcome.errors)")
            #expect(outcome.errorLines[0] == stopping)
            let stopped = #/graphrun: stopped after iteration (\d+) of \d+; everything is saved in .+/#
            let first = try #require(outcome.errorLines[1].wholeMatch(of: stopped))
            let iteration = try #require(Int(first.1))
            let command = try #require(outcome.errorLines[2].wholeMatch(of: #/graphrun: go on with: (.+)/#)).1
            #expect(outcome.outputLines.last?.contains(#""event":"stopped""#) == true)
            #expect(outcome.outputLines.last?.contains(#""reason":"interrupted""#) == true)
            return (iteration, String(command))
        }

        /// Metrics without the seconds.
        private func metrics(_ here: Workplace, _ folder: String) throws -> [String] {
            try here.text("\(folder)/metrics.csv").split(separator: "\n").map {
                $0.split(separator: ",").dropLast().joined(separator: ",")
            }
        }

        @Test("The printed command goes on, to the same bytes as a run that nobody stopped")
        func sameBits() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            // The graph lies elsewhere, and the folder has a name that a shell would split.
            try FileManager.default.createDirectory(atPath: here.path("sub"), withIntermediateDirectories: true)
            _ = try await here.run(
                "emit", "pnp", "--set", "image=image.npy", "--set", "denoiser=total-variation", "-o", "sub/g.graph",
                by: "graphs")
            let common =
                [
                    "sub/g.graph", "--set", "iterations=3000", "--set", "tolerance=0", "--set", "tv-iterations=20",
                    "--set", "sigma=0.04",
                ]
                + ["--workers", "2", "--threads", "1"]
            let (iteration, command) = try await stop(
                here, common + ["--output", "it's here"], at: #""iteration":3,"#)
            #expect((3..<3000).contains(iteration))
            #expect(try metrics(here, "it's here").count == 1 + iteration)
            #expect(
                command
                    == "\(try Programs.path("graphrun")) run sub/g.graph --resume 'it'\\''s here' --workers 2 --threads 1"
            )

            let resumed = try await here.shell(command)
            #expect(resumed.code == 0, "\(resumed.errors)")
            let whole = try await here.start(common + ["--output", "whole", "--quiet"], by: "graphrun").outcome()
            #expect(whole.code == 0)
            #expect(try here.bytes("it's here/result.npy") == here.bytes("whole/result.npy"))
            #expect(try metrics(here, "it's here") == metrics(here, "whole"))
        }

        @Test("Ctrl-C before the first iteration ends is no loss either, time and again")
        func early() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            // An iteration takes long enough to be met in its midst, and so many that it does not matter where.
            let settings = ["--set", "iterations=12", "--set", "tolerance=0", "--set", "tv-iterations=3000"]
            var (iteration, command) = try await stop(
                here, ["g.graph", "--output", "out"] + settings, at: #""event":"start""#)
            #expect((0..<12).contains(iteration))
            #expect(command == "\(try Programs.path("graphrun")) run g.graph --resume out")
            #expect(try metrics(here, "out").count == 1 + iteration)

            let before = iteration
            (iteration, command) = try await stop(
                here, ["g.graph", "--resume", "out"], at: #""event":"start""#)
            #expect((before..<12).contains(iteration))
            #expect(try metrics(here, "out").count == 1 + iteration)

            #expect(try await here.shell(command).code == 0)
            let whole = try await here.start(["g.graph", "--output", "whole"] + settings, by: "graphrun").outcome()
            #expect(whole.code == 0)
            #expect(try here.bytes("out/result.npy") == here.bytes("whole/result.npy"))
            #expect(try metrics(here, "out") == metrics(here, "whole"))
        }

        @Test("A finished run is done, and goes on where more iterations are asked for")
        func finished() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            let done = try await here.run("g.graph", "--resume", "out")
            #expect(done.code == 2)
            #expect(
                done.errors
                    == "graphrun: out: the checkpoint is from iteration 4, the last one; go on with more, for example "
                    + "--set iterations=14\n")
            let more = try await here.run("g.graph", "--resume", "out", "--set", "iterations=7", "--workers", "3")
            #expect(more.code == 0, "\(more.errors)")
            _ = try await here.run(
                "g.graph", "--set", "iterations=7", "--set", "tv-iterations=5", "--output", "whole")
            #expect(try here.bytes("out/result.npy") == here.bytes("whole/result.npy"))
            #expect(try metrics(here, "out") == metrics(here, "whole"))
        }

        @Test("A run goes on as its graph was rewritten, or not")
        func rewriting() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.start(
                ["g.graph", "--rewrite", "none", "--output", "out"] + quick, by: "graphrun"
            ).outcome()
            #expect(try await here.run("g.graph", "--resume", "out", "--set", "iterations=7").code == 0)
            _ = try await here.run(
                "g.graph", "--set", "iterations=7", "--set", "tv-iterations=5", "--rewrite", "none", "--output", "whole"
            )
            #expect(try here.bytes("out/result.npy") == here.bytes("whole/result.npy"))
        }

        @Test("Going on with something else is refused, and changes nothing")
        func refused() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.run("emit", "denoise", "--set", "image=image.npy", "-o", "other.graph", by: "graphs")
            _ = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            let before = try here.bytes("out/run.json")
            let other =
                "out: the checkpoint is of another graph, or of this one with other parameters; "
                + "only the number of iterations"
            let own = other + " and the threshold of the stop rule may change"
            let cases: [([String], String)] = [
                (["g.graph", "--resume", "out", "--set", "sigma=0.2", "--set", "iterations=9"], own),
                (["g.graph", "--resume", "out", "--set", "seed=1", "--set", "iterations=9"], own),
                (["other.graph", "--resume", "out"], other + " may change"),
                (
                    ["g.graph", "--resume", "out", "--rewrite", "none", "--set", "iterations=9"],
                    "--rewrite none: the run in out is one of '--rewrite all'; leave the option out to go on with it"
                ),
                (
                    ["g.graph", "--resume", "nowhere"],
                    "nowhere/checkpoint: there is no checkpoint that can be read here; name the folder of a run"
                ),
                (
                    ["g.graph", "--resume", "out", "--output", "new"],
                    "--resume goes on in the folder of its run; leave --output out"
                ),
                (
                    ["g.graph", "--output", "out"],
                    "out: this folder holds a run already; choose another --output, or go on with --resume out"
                ),
            ]
            for (arguments, message) in cases {
                let outcome = try await here.start(arguments, by: "graphrun").outcome()
                #expect(outcome.code == 2)
                #expect(outcome.errors == "graphrun: \(message)\n")
                #expect(outcome.output == "")
            }
            #expect(try here.bytes("out/run.json") == before)
            #expect(try here.names() == ["g.graph", "image.npy", "other.graph", "out"])
        }

        @Test("A file that holds something else than when the run began is named, and the run does not go on")
        func changedInputs() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            let image = try here.bytes("image.npy")
            let before = try here.bytes("out/run.json")
            // Another picture of the same size, and one with another last bit.
            var other = image
            other[other.count - 4] ^= 1
            try NPY.write(Tensor([1, 3, 32, 32]), to: here.path("black.npy"))
            for changed in [other, try here.bytes("black.npy")] {
                try changed.write(to: URL(filePath: here.path("image.npy")))
                let outcome = try await here.run("g.graph", "--resume", "out", "--set", "iterations=9")
                #expect(outcome.code == 2 && outcome.output == "")
                #expect(
                    outcome.errors
                        == "graphrun: out: image.npy is not the file that this run began with; put that back, or begin a "
                        + "new run\n")
            }
            #expect(try here.bytes("out/run.json") == before)
            // A copy is as good as the file.
            try image.write(to: URL(filePath: here.path("image.npy")))
            #expect(try await here.run("g.graph", "--resume", "out", "--set", "iterations=9").code == 0)
        }

        @Test(
            "So are measurements, kernels, masks and weights, each by its name",
            arguments: [
                ("load", "", #"{ "layout": "image", "path": "f.npy" }"#),
                (
                    "measure", #""image""#,
                    #"{ "operator": { "blur": { "kernels": [{ "file": { "path": "f.npy" } }], "padding": "circular" } } }"#
                ),
                ("measure:inpainting", #""image""#, #"{ "operator": { "mask": { "file": { "path": "f.npy" } } } }"#),
                ("denoise", #""image""#, #"{ "denoiser": { "weights": "f.safetensors" }, "sigma": 0.1 }"#),
            ])
        func changedFiles(kind: String, inputs: String, settings: String) async throws {
            let here = try Workplace()
            try NPY.write(Samples.image(1), to: here.path("image.npy"))
            try NPY.write(Samples.image(1), to: here.path("f.npy"))
            if kind != "load" {
                try NPY.write(Tensor([32, 32], Samples.image(1).values.map { $0 / 512 }), to: here.path("f.npy"))
            }
            try SafeTensors.write(
                SampleNetworks.randomWeights(SampleNetworks.dncnn(channels: 1, features: 4, depth: 3), seed: 1),
                to: here.path("f.safetensors"))
            func graph(iterations: Int) -> String {
                """
                {
                  "graphrun": 1, "name": "own", "summary": "", "iterations": \(iterations),
                  "nodes": [
                    { "id": "image", "kind": "load", "settings": { "layout": "image", "path": "image.npy" } },
                    { "id": "y", "kind": "\(kind)", "inputs": [\(inputs)], "settings": \(settings) },
                    { "id": "start", "kind": "zeros", "inputs": ["image"] },
                    { "id": "x", "initial": "start", "next": "next" },
                    { "id": "next", "kind": "descend", "inputs": ["x", "y"], "settings": { "step": 0.1 } }
                  ],
                  "outputs": { "result": "x" }
                }
                """
            }
            try here.write(graph(iterations: 1), to: "own.graph")
            let first = try await here.run("own.graph", "--output", "out", "--quiet")
            try #require(first.code == 0, "\(first.errors)")
            try here.write(graph(iterations: 2), to: "own.graph")
            let name = kind == "denoise" ? "f.safetensors" : "f.npy"
            let whole = try here.bytes(name)
            var other = whole
            other[other.count - 4] ^= 1
            try other.write(to: URL(filePath: here.path(name)))
            let refused = try await here.run("own.graph", "--resume", "out", "--quiet")
            #expect(refused.code == 2)
            #expect(
                refused.errors
                    == "graphrun: out: \(name) is not the file that this run began with; put that back, or begin a new "
                    + "run\n")
            try whole.write(to: URL(filePath: here.path(name)))
            let resumed = try await here.run("own.graph", "--resume", "out", "--quiet")
            #expect(resumed.code == 0, "\(resumed.errors)")
        }

        @Test("A checkpoint that a crash left beside its place is gone on with", arguments: ["new", "old"])
        func besideItsPlace(_ ending: String) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            try FileManager.default.moveItem(
                atPath: here.path("out/checkpoint"), toPath: here.path("out/checkpoint.\(ending)"))
            let outcome = try await here.run("g.graph", "--resume", "out", "--set", "iterations=7")
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(try here.names(in: "out").filter { $0.hasPrefix("checkpoint") } == ["checkpoint"])
            _ = try await here.run(
                "g.graph", "--set", "iterations=7", "--set", "tv-iterations=5", "--output", "whole")
            #expect(try here.bytes("out/result.npy") == here.bytes("whole/result.npy"))
        }

        @Test("A damaged checkpoint is refused in a line")
        func damaged() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            let header = try here.text("out/checkpoint/checkpoint.json")
            let state = try here.bytes("out/checkpoint/state-0.npy")
            func attempt(_ text: String, sealed: Bool = false) async throws -> String {
                try here.write(text, to: "out/checkpoint/checkpoint.json")
                // Who forges one with all its hashes is refused as well.
                let seal =
                    "\(ContentHash.of(Array(text.utf8)))  checkpoint.json\n\(ContentHash.of(Array(state)))  state-0.npy\n"
                if sealed { try here.write(seal, to: "out/checkpoint/SHA256SUMS") }
                let outcome = try await here.run("g.graph", "--resume", "out", "--set", "iterations=9")
                #expect(outcome.code == 2)
                return outcome.errors
            }
            func damaged(_ name: String) -> String {
                "graphrun: out/checkpoint: the checkpoint is damaged: \(name) is missing or not what was written; "
                    + "begin a new run\n"
            }
            #expect(try await attempt(header + "\n") == damaged("checkpoint.json"))
            #expect(
                try await attempt(header.replacing("\"iteration\" : 4", with: "\"iteration\" : 3"))
                    == damaged("checkpoint.json"))
            for iteration in ["9223372036854775807", "-1"] {
                let text = header.replacing("\"iteration\" : 4", with: "\"iteration\" : \(iteration)")
                #expect(
                    try await attempt(text, sealed: true)
                        == "graphrun: out/checkpoint: the checkpoint is damaged: it is from iteration \(iteration)\n")
            }
            #expect(
                try await attempt(header.replacing("\"version\" : 3", with: "\"version\" : 7")).hasPrefix(
                    "graphrun: out/checkpoint: the checkpoint is of version 7 and this program reads version 3, "))
            #expect(
                try await attempt(header.replacing("state-0.npy", with: "../../image.npy"), sealed: true)
                    == "graphrun: out/checkpoint: '../../image.npy' is not a file name of a checkpoint\n")
            #expect(
                try await attempt(String(header.dropLast(9)))
                    == "graphrun: out/checkpoint: there is no checkpoint that can be read here; "
                    + "name the folder of a run\n")
            let seal =
                "\(ContentHash.of(Array(header.utf8)))  checkpoint.json\n\(ContentHash.of(Array(state)))  state-0.npy\n"
            try here.write(seal, to: "out/checkpoint/SHA256SUMS")
            try state.dropLast(100).write(to: URL(filePath: here.path("out/checkpoint/state-0.npy")))
            #expect(try await attempt(header) == damaged("state-0.npy"))
            var flipped = state
            flipped[flipped.count - 1] ^= 1
            try flipped.write(to: URL(filePath: here.path("out/checkpoint/state-0.npy")))
            #expect(try await attempt(header) == damaged("state-0.npy"))
        }
    }
}
