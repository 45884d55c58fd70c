internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    /// Standard input and output, pipes, and what a shell puts in place of `<(…)`.
    @Suite("Standard input and pipes")
    struct StreamTests {
        private let program: String

        init() throws { program = "'\(try Programs.path("graphrun"))'" }

        private func workplace() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            try PNG.write(Samples.image(3, 24, 20), to: here.path("in.png"), bitDepth: .eight)
            let outcome = try await here.run(
                "denoise", "in.png", "ref.png", "--sigma", "0.1", "--denoiser", "total-variation")
            #expect(outcome.code == 0)
            return here
        }

        @Test(
            "An image comes from standard input or a pipe, and a picture goes to standard output",
            arguments: [
                "cat in.png | PROGRAM denoise - out.png --sigma 0.1",
                "PROGRAM denoise - out.png --sigma 0.1 < in.png",
                "cat in.png | PROGRAM denoise /dev/stdin out.png --sigma 0.1",
                "PROGRAM denoise /dev/stdin out.png --sigma 0.1 < in.png",
                "cat in.png | PROGRAM denoise - - --sigma 0.1 > out.png",
                "PROGRAM denoise in.png - --sigma 0.1 | cat > out.png",
                "PROGRAM denoise in.png /dev/stdout --sigma 0.1 > out.png",
                "PROGRAM denoise - - --sigma 0.1 < in.png | cat > out.png",
                "bash -c \"PROGRAM denoise <(cat in.png) out.png --sigma 0.1\"",
                "mkfifo p; cat in.png > p & PROGRAM denoise p out.png --sigma 0.1",
            ])
        func images(line: String) async throws {
            let here = try await workplace()
            let options = "--sigma 0.1 --denoiser total-variation"
            let outcome = try await here.shell(
                line.replacing("PROGRAM", with: program).replacing("--sigma 0.1", with: options))
            #expect(outcome.code == 0 && outcome.errors == "" && outcome.output == "")
            #expect(try here.bytes("out.png") == here.bytes("ref.png"))
        }

        @Test("Workers elsewhere get what came from standard input")
        func workers() async throws {
            let here = try await workplace()
            try here.write("localhost slots=2 threads=1\n", to: "hosts.txt")
            let outcome = try await here.shell(
                "cat in.png | \(program) denoise - out.png --sigma 0.1 --denoiser total-variation --tile 12 "
                    + "--workers hosts.txt")
            #expect(outcome.code == 0 && outcome.errors == "")
            let (result, reference) = (
                try PNG.read(here.path("out.png")).image, try PNG.read(here.path("ref.png")).image
            )
            // To a step of 8 bits: tiles differ by rounding.
            #expect(maxDifference(result, reference) <= 1.01 / 255)
        }

        @Test(
            "Graphs and host files come from them, too",
            arguments: [
                "PROGRAM check - < g.graph", "cat g.graph | PROGRAM check -", "cat g.graph | PROGRAM check /dev/stdin",
                "bash -c \"PROGRAM check <(cat g.graph)\"", "cat g.graph | PROGRAM dot -",
                "echo localhost slots=2 threads=1 | PROGRAM plan g.graph --workers -",
                "echo localhost slots=2 threads=1 | PROGRAM plan g.graph --workers /dev/stdin",
                "bash -c \"PROGRAM plan g.graph --workers <(echo localhost slots=2 threads=1)\"",
                "cat image.npy | PROGRAM check g.graph --set image=-",
                "cat image.npy | PROGRAM check g.graph --set image=/dev/stdin",
            ])
        func graphs(line: String) async throws {
            let here = try await workplace()
            let outcome = try await here.shell(line.replacing("PROGRAM", with: program))
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.errors == "" && outcome.output != "")
        }

        @Test("A run of a graph from standard input is that of its file; relative paths count from where it was typed")
        func runs() async throws {
            let here = try await workplace()
            let options = "--set iterations=2 --set tv-iterations=5 --threads 1 --quiet"
            let fromFile = try await here.shell("\(program) g.graph \(options) --output file")
            let fromInput = try await here.shell("cat g.graph | \(program) - \(options) --output input")
            let image = try await here.shell(
                "cat image.npy | \(program) g.graph --set image=- \(options) --output image")
            for outcome in [fromFile, fromInput, image] { #expect(outcome.code == 0 && outcome.errors == "") }
            for folder in ["input", "image"] {
                #expect(try here.bytes("\(folder)/result.npy") == here.bytes("file/result.npy"))
            }
            // It is gone on with from standard input, too.
            let more = try await here.shell(
                "cat g.graph | \(program) run - --resume input --set iterations=4 --set tv-iterations=5 --threads 1")
            #expect(more.code == 0, "\(more.errors)")
        }

        @Test("Problems with a graph from standard input are told by its lines")
        func problems() async throws {
            let here = try await workplace()
            let outcome = try await here.shell("cat g.graph | \(program) check - --set image=none.npy")
            #expect(outcome.code == 2)
            #expect(
                outcome.errors
                    == "graphrun: standard input:26: 'truth': \(here.path("none.npy")): no such file; check the path\n")
        }

        @Test(
            "What cannot be is told as it is",
            arguments: [
                (
                    "cat g.graph | PROGRAM check - --set image=-",
                    "standard input:26: 'truth': standard input: has been read already, as a .graph file; give one of both "
                        + "by the name of a file"
                ),
                (
                    "cat g.graph | PROGRAM plan - --workers /dev/stdin",
                    "/dev/stdin: has been read already, as a .graph file; give one of both by the name of a file"
                ),
                (
                    "PROGRAM denoise - out.png --sigma 0.1 < /dev/null",
                    "standard input: is empty; write or copy the file again"
                ),
                (
                    "PROGRAM denoise - out.png --sigma 0.1 <&-",
                    "standard input: cannot be read (Bad file descriptor); check the disk and the path"
                ),
                (
                    "echo no picture | PROGRAM denoise - out.png --sigma 0.1",
                    "standard input: is neither PNG nor NPY; convert the image to one of them"
                ),
                (
                    "cat image.npy | head -c 3000 | PROGRAM denoise - out.png --sigma 0.1",
                    "standard input: ends too early: 12416 bytes are needed, 3000 are there; write or copy the file again"
                ),
                (
                    "PROGRAM plan g.graph --workers /dev/zero",
                    "/dev/zero: is a device, pipe or socket; give the path of a plain file"
                ),
                (
                    "PROGRAM denoise in.png - --sigma 0.1 > /dev/full",
                    "standard output: cannot be written (No space left on device); check the folder, its permissions and "
                        + "the free space"
                ),
            ])
        func impossible(line: String, message: String) async throws {
            let here = try await workplace()
            let outcome = try await here.shell(line.replacing("PROGRAM", with: program))
            #expect(outcome.code == (line.contains("/dev/full") ? 1 : 2))
            #expect(outcome.output == "")
            #expect(outcome.errors == "graphrun: \(message)\n")
            #expect(try !here.names().contains("out.png"))
        }

        @Test("An array of five channels is no picture for standard output")
        func channels() async throws {
            let here = try await workplace()
            try NPY.write(Samples.image(5, 12, 10), to: here.path("five.npy"))
            let outcome = try await here.run("denoise", "five.npy", "-", "--sigma", "0.1")
            #expect(outcome.code == 2 && outcome.output == "")
            #expect(
                outcome.errors
                    == "graphrun: -: 1 × 5 × 12 × 10 float32 is no picture; give a name that ends in .npy\n")
        }

        @Test("A graph is emitted to standard output, and no device is replaced by one")
        func emitting() async throws {
            let here = try await workplace()
            let graphs = "'\(try Programs.path("graphs"))'"
            let plain = try await here.shell("\(graphs) emit denoise")
            for target in ["-", "/dev/stdout"] {
                let outcome = try await here.shell("\(graphs) emit denoise -o \(target)")
                #expect(outcome.code == 0 && outcome.errors == "" && outcome.output == plain.output)
            }
            #expect(try !here.names().contains("-"))
            let piped = try await here.shell(
                "\(graphs) emit pnp --set image=image.npy --set denoiser=total-variation -o - | \(program) check -")
            #expect(piped.code == 0 && piped.errors == "")
            let nowhere = try await here.shell("\(graphs) emit denoise -o /dev/null && test -c /dev/null")
            #expect(nowhere.code == 0 && nowhere.output == "")
        }

        @Test("A run that was stopped says how to go on where its graph and hosts came from pipes")
        func resuming() async throws {
            let here = try await workplace()
            try here.write("localhost threads=1\n", to: "hosts.txt")
            let fifo = here.path("graph-pipe")
            #expect(mkfifo(fifo, 0o600) == 0)
            let feeder = try here.start(["emit", "pnp", "--set", "image=image.npy", "-o", fifo], by: "graphs")
            let run = try here.start(
                [
                    "run", fifo, "--set", "iterations=100000", "--set", "tolerance=0", "--set",
                    "denoiser=total-variation", "--set",
                    "tv-iterations=5", "--output", "out",
                ], by: "graphrun")
            try await run.waitForOutput("iteration ")
            run.interrupt()
            let outcome = try await run.outcome()
            #expect(try await feeder.outcome().code == 0)
            #expect(outcome.code == 1)
            #expect(
                outcome.errors.hasSuffix(
                    " run FILE.graph --resume out, where FILE.graph is a file with the graph that \(fifo) held\n"))
        }
    }
}
