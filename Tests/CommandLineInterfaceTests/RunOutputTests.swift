internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    /// What a run prints while it goes.
    @Suite("What a run prints")
    struct RunOutputTests {
        private func workplace() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            return here
        }

        @Test("Plain lines where nobody watches: the start, the first and the last iteration, the result")
        func plain() async throws {
            let here = try await workplace()
            let outcome = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            let lines = outcome.outputLines
            // Where an iteration takes long, more of them are shown: one in two seconds.
            #expect((7...9).contains(lines.count))
            #expect(lines[1].hasPrefix("pnp: 24 instances, 4 iterations, 1 worker, "))
            let iteration =
                #/iteration (\d)/4  residual \S+  psnr \S+ dB  \S+ m?s  at most (?:\d+ min )?\d+ s left  1 worker/#
            let shown = lines.dropFirst(2).dropLast(3).compactMap { $0.wholeMatch(of: iteration)?.1 }
            #expect(shown.count == lines.count - 5 && shown == shown.sorted())
            #expect(shown.first == "1" && shown.last == "4")
            #expect(lines[lines.count - 3].hasPrefix("not converged in 4 iterations: "))
            #expect(
                lines[lines.count - 2].wholeMatch(of: #/result: \S+ dB; the measurements have \S+, \S+, \S+ dB/#) != nil
            )
            #expect(lines.last == "result and pictures: out")
            #expect(!outcome.output.contains("\u{1B}") && !outcome.output.contains("\r"))
        }

        @Test("--json prints one JSON object a line and nothing else")
        func json() async throws {
            let here = try await workplace()
            let arguments = ["g.graph", "--json", "--output", "out"] + quick
            let outcome = try await here.start(arguments, by: "graphrun").outcome()
            let objects = outcome.outputLines.map {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
            }
            #expect(
                objects.map { $0?["event"] as? String }
                    == ["start", "iteration", "iteration", "iteration", "iteration", "end"])
            #expect(objects.dropFirst().prefix(4).map { $0?["iteration"] as? Int } == [1, 2, 3, 4])
            #expect(objects.first??["folder"] as? String == "out")
            #expect(objects.first??["iterations"] as? Int == 4)
            let last = try #require(objects.last??["metrics"] as? [String: Double])
            #expect(last.keys.sorted() == ["psnr", "residual"])
            #expect(outcome.errors == "")
        }

        @Test("--quiet prints nothing, even where a step may diverge", arguments: [[], ["--set", "step=2"]])
        func quiet(settings: [String]) async throws {
            let here = try await workplace()
            let arguments = ["g.graph", "--quiet", "--output", "out"] + quick + settings
            let outcome = try await here.start(arguments, by: "graphrun").outcome()
            #expect(outcome.code == 0)
            #expect(outcome.output == "" && outcome.errors == "")
            #expect(try here.names(in: "out").contains("result.npy"))
        }

        @Test(
            "A terminal gets one line that changes, never wider than itself",
            .enabled(if: Programs.installed("script") != nil, "'script' (util-linux) makes the terminal"),
            arguments: [60, 200])
        func terminal(columns: Int) async throws {
            let here = try await workplace()
            let settings = "--set iterations=20 --set tolerance=0"
            let command = "stty cols \(columns); \(try Programs.path("graphrun")) g.graph \(settings) --output out"
            let outcome = try await here.shell("script -qec '\(command)' /dev/null")
            #expect(outcome.code == 0)
            let lines = outcome.output.replacing("\r\n", with: "\n").split(separator: "\n")
            let line = try #require(lines.first { $0.contains("\u{1B}[K") })
            let states = line.split(separator: "\r\u{1B}[K").map(String.init)
            #expect(states.count >= 2)
            #expect(states.first?.hasPrefix("iteration 1/20  residual 1  psnr ") == true)
            #expect(states.last?.hasPrefix("iteration 20/20  residual ") == true)
            #expect(states.allSatisfy { $0.count < columns })
            if columns == 200 { #expect(states.last?.hasSuffix("  0 s left  1 worker") == true) }
            #expect(outcome.output.contains("result and pictures: out"))
        }

        @Test("A reader that goes away does not take the run with it")
        func closedPipe() async throws {
            let here = try await workplace()
            let program = try Programs.path("graphrun")
            let outcome = try await here.shell(
                "{ \(program) g.graph --json --set iterations=300 --set tolerance=0 --output out; echo $? > code; } | head -n 1"
            )
            #expect(outcome.outputLines.count == 1)
            #expect(try here.text("code") == "0\n")
            #expect(try here.text("out/metrics.csv").split(separator: "\n").count == 301)
        }

        @Test(
            "A full disk under standard output is told, and the run is saved all the same",
            .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "/dev/full plays the full disk"))
        func fullDisk() async throws {
            let here = try await workplace()
            let program = try Programs.path("graphrun")
            for command in ["run --output out", "check"] {
                let outcome = try await here.shell("\(program) \(command) g.graph > /dev/full")
                #expect(outcome.code == 1)
                #expect(
                    outcome.errors
                        == "graphrun: standard output cannot be written (No space left on device); "
                        + "check where it goes to\n")
            }
            #expect(try here.names(in: "out").contains("result.npy"))
        }

        @Test("A run that fails before its first iteration says at what, exits 2, and leaves nothing")
        func failure() async throws {
            let here = try await workplace()
            // Too large to be decoded before a run begins.
            try PNG.write(Samples.image(3, 300, 300), to: here.path("image.png"))
            var bytes = try here.bytes("image.png")
            // The header stays whole, so that only reading the pixels fails.
            for index in bytes.count - 200..<bytes.count - 100 { bytes[index] ^= 0x5A }
            try bytes.write(to: URL(filePath: here.path("image.png")))
            let outcome = try await here.run("g.graph", "--set", "image=image.png", "--output", "runs/out")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            let place = "graphrun: worker 0: 'truth': \(here.path("image.png")): is a damaged PNG file (libpng: "
            #expect(outcome.errorLines.first?.hasPrefix(place) == true)
            #expect(outcome.errorLines.first?.hasSuffix("); write or copy the file again") == true)
            #expect(try !here.names().contains("runs"))
        }
    }
}
