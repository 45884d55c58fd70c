internal import Foundation
internal import TensorFiles
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
            try #require(outcome.errorLines.count == 2)
            let stopped = #/graphrun: stopped after iteration (\d+) of \d+; everything is saved in .+/#
            let first = try #require(outcome.errorLines[0].wholeMatch(of: stopped))
            let iteration = try #require(Int(first.1))
            let command = try #require(outcome.errorLines[1].wholeMatch(of: #/graphrun: go on with: (.+)/#)).1
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
                + "only the number of iterations may change"
            let cases: [([String], String)] = [
                (["g.graph", "--resume", "out", "--set", "sigma=0.2", "--set", "iterations=9"], other),
                (["g.graph", "--resume", "out", "--set", "seed=1", "--set", "iterations=9"], other),
                (["other.graph", "--resume", "out"], other),
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

        @Test("A damaged checkpoint is refused in a line")
        func damaged() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            let header = try here.text("out/checkpoint/checkpoint.json")
            func attempt(_ text: String) async throws -> String {
                try here.write(text, to: "out/checkpoint/checkpoint.json")
                let outcome = try await here.run("g.graph", "--resume", "out", "--set", "iterations=9")
                #expect(outcome.code == 2)
                return outcome.errors
            }
            for iteration in ["9223372036854775807", "-1"] {
                let text = header.replacing("\"iteration\" : 4", with: "\"iteration\" : \(iteration)")
                #expect(
                    try await attempt(text)
                        == "graphrun: out/checkpoint: the checkpoint is damaged: it is from iteration \(iteration)\n")
            }
            #expect(
                try await attempt(header.replacing("\"version\" : 2", with: "\"version\" : 7"))
                    == "graphrun: out/checkpoint: the checkpoint is of version 7; this program reads version 2\n")
            #expect(
                try await attempt(header.replacing("state-0.npy", with: "../../image.npy"))
                    == "graphrun: out/checkpoint: '../../image.npy' is not a file name of a checkpoint\n")
            #expect(
                try await attempt(String(header.dropLast(9)))
                    == "graphrun: out/checkpoint: there is no checkpoint that can be read here; "
                    + "name the folder of a run\n")
            let state = try here.bytes("out/checkpoint/state-0.npy")
            try state.dropLast(100).write(to: URL(filePath: here.path("out/checkpoint/state-0.npy")))
            #expect(
                try await attempt(header)
                    == "graphrun: out/checkpoint/state-0.npy: ends too early: 12416 bytes are needed, 12316 are there; "
                    + "write or copy the file again\n")
        }
    }
}
