internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    /// A wrong command, graph or host file: exit 2, a line a problem, and nothing is made.
    @Suite("Bad input")
    struct BadInputTests {
        /// Messages, with `HERE` for the folder that the command was typed in.
        struct Case: CustomTestStringConvertible, Sendable {
            let arguments: [String]
            let messages: [String]

            init(_ arguments: String..., messages: String...) {
                self.arguments = arguments
                self.messages = messages
            }

            var testDescription: String { arguments.joined(separator: " ") }
        }

        private static let help = "'graphrun --help' shows the commands and options"

        static let cases: [Case] = [
            // The command.
            Case(messages: "Missing expected argument '<file.graph>'", help),
            Case("--foo", "g.graph", messages: "Unknown option '--foo'. Did you mean '--set'?", help),
            Case("chek", "g.graph", messages: "there is no command or file 'chek'; is 'check' meant?"),
            Case("g.graph", "other.graph", messages: "Unexpected argument 'other.graph'", help),
            Case(
                "g.graph", "--set", "sigma",
                messages: "--set sigma: write it as NAME=VALUE, for example --set sigma=0.05"),
            Case("g.graph", "--set", "=1", messages: "--set =1: write it as NAME=VALUE, for example --set sigma=0.05"),
            Case(
                "g.graph", "--set", "sigma=1", "--set", "sigma=1", messages: "--set sigma is given twice; give it once"),
            Case("g.graph", "--threads", "0", messages: "--threads 0: give a whole number from 1 to 1024"),
            Case("g.graph", "--threads", "x", messages: "--threads x: give a whole number from 1 to 1024"),
            Case("g.graph", "--workers", "0", messages: "--workers 0: give a host file, or a number from 1 to 1024"),
            Case(
                "g.graph", "--workers", "1025", messages: "--workers 1025: give a host file, or a number from 1 to 1024"
            ),
            Case(
                "g.graph", "--output", "image.npy",
                messages: "image.npy: the folder cannot be made (File exists); choose another --output"),
            Case(
                "g.graph", "--output", "image.npy/run",
                messages: "image.npy/run: the folder cannot be made (Not a directory); choose another --output"),
            Case("g.graph", "--output", "", messages: "--output is empty; name a folder, or leave it out"),
            // The graph file.
            Case(
                "none.graph", messages: "none.graph: no such file; 'graphs emit NAME -o none.graph' writes one"),
            Case(
                "nothing",
                messages: "nothing: no such file; a graph file ends in .graph, 'graphrun --help' shows the commands"),
            Case("folder", messages: "folder: this is a folder; name a .graph file"),
            Case("image.npy", messages: "image.npy:1: this is no text; is it a .graph file?"),
            Case("list.graph", messages: "list.graph:1: a .graph file is one JSON object; `graphs emit` writes one"),
            Case("object.graph", messages: "object.graph:1: this is no .graph file: it lacks \"graphrun\": 1"),
            // Its parameters, all problems at once.
            Case(
                "g.graph", "--set", "foo=1", "--set", "sigma=abc", "--set", "step=-1.5", "--set", "tiles=round",
                messages:
                    "g.graph:132: no parameter is called 'foo'; there are: convolutions, denoiser, image, iterations, "
                    + "layout, overlap, range, seed, sigma, step, tile, tiles, tolerance, tv-iterations, tv-weight, weights",
                "g.graph: --set sigma=abc: parameter 'sigma' takes a number, not 'abc'",
                "g.graph: --set step=-1.5: parameter 'step' is -1.5; it must be between 0 and 1000",
                "g.graph: --set tiles=round: parameter 'tiles' is 'round'; it must be one of paste, blend, exact"),
            Case(
                "g.graph", "--set", "blurs=2",
                messages: "g.graph:132: 'blurs' was chosen when the graph was emitted; emit it again with --set blurs=…"
            ),
            Case(
                "g.graph", "--set", "iterations=99999999999999999999",
                messages:
                    "g.graph: --set iterations=99999999999999999999: parameter 'iterations' takes a whole number, "
                    + "not '99999999999999999999'"),
            // The files that it reads.
            Case(
                "g.graph", "--set", "image=none.png",
                messages: "g.graph:26: 'truth': HERE/none.png: no such file; check the path"),
            Case(
                "g.graph", "--set", "image=folder",
                messages: "g.graph:26: 'truth': HERE/folder: is a folder; give the path of a file"),
            Case(
                "g.graph", "--set", "image=bad.graph",
                messages:
                    "g.graph:26: 'truth': HERE/bad.graph: is neither PNG nor NPY; convert the image to one of them"),
            Case(
                "g.graph", "--set", "image=short.npy",
                messages:
                    "g.graph:26: 'truth': HERE/short.npy: ends too early: 12416 bytes are needed, 12316 are there; "
                    + "write or copy the file again"),
            Case(
                "g.graph", "--set", "image=vector.npy",
                messages: "g.graph:26: 'truth': HERE/vector.npy: an image is H × W, C × H × W or N × C × H × W, not 5"),
            Case(
                "g.graph", "--set", "image=",
                messages: "g.graph:26: 'truth': no file is given; give one with --set image=FILE"),
            Case(
                "g.graph", "--set", "weights=none.safetensors",
                messages: "g.graph:4: axis 'tile': HERE/none.safetensors: no such file; check the path"),
            Case(
                "check", "g.graph", "--set", "weights=volume.safetensors",
                messages:
                    "g.graph:4: axis 'tile': HERE/volume.safetensors: weights of a dncnn for volumes "
                    + "('conv_list.0.weight' is 4 × 4 × 3 × 3 × 3); only networks for images are run: "
                    + "use one with weights of out × in × k × k, on slices"),
            // The host file, all problems at once.
            Case(
                "g.graph", "--workers", "none.txt",
                messages:
                    "none.txt: no such file; write a host file with a line such as 'localhost slots=2', or give a "
                    + "number of workers"),
            Case(
                "g.graph", "--workers", "folder",
                messages: "folder: this is a folder; name a host file, or a number of workers"),
            Case(
                "g.graph", "--workers", "bad.txt",
                messages: "bad.txt:2: 'slots=0': slots must be a whole number from 1 to 1024",
                "bad.txt:3: '-oX' is no host; write localhost, HOST or USER@HOST as ssh knows it, or "
                    + "'tcp://HOST:PORT' of a worker that runs there",
                "bad.txt:4: 'foo=1' means nothing for localhost; there are slots=, threads=, memory=, address= "
                    + "and program="),
            Case(
                "g.graph", "--workers", "empty.txt",
                messages: "empty.txt:1: no host is listed; write for example 'localhost slots=2 threads=1'"),
        ]

        private func workplace() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            try FileManager.default.createDirectory(atPath: here.path("folder"), withIntermediateDirectories: true)
            try here.write("nonsense\n", to: "bad.graph")
            try here.write("[]\n", to: "list.graph")
            try here.write("{}\n", to: "object.graph")
            try NPY.write(Tensor(TensorType([5])), to: here.path("vector.npy"))
            let volume = SampleNetworks.dncnn(channels: 3, features: 4, depth: 3).mapValues { shape in
                Tensor(shape.rank == 4 ? Shape(shape.dimensions + [3]) : shape)
            }
            try SafeTensors.write(volume, to: here.path("volume.safetensors"))
            try here.bytes("image.npy").dropLast(100).write(to: URL(filePath: here.path("short.npy")))
            try here.write(
                "# hosts\nlocalhost slots=0\n-oX\nlocalhost foo=1 slots=2 # x\n", to: "bad.txt")
            try here.write("# none\n\n", to: "empty.txt")
            return here
        }

        @Test("It is told in lines that say how to mend it", arguments: cases)
        func message(_ bad: Case) async throws {
            let here = try await workplace()
            let before = try here.names()
            let outcome = try await here.start(bad.arguments, by: "graphrun").outcome()
            #expect(outcome.code == 2)
            let folder = String(here.path("").dropLast())
            #expect(outcome.errorLines == bad.messages.map { "graphrun: " + $0.replacing("HERE", with: folder) })
            #expect(outcome.output == "")
            #expect(try here.names() == before)
        }

        @Test(
            "A graph file cannot lead a run out of its folder, nor into a run without end",
            arguments: [
                ("\"result\": \"x\"", "\"../x\": \"x\"", "'../x' cannot name"),
                (
                    "\"iterations\": { \"parameter\": \"iterations\" }", "\"iterations\": 9223372036854775807",
                    "'iterations' is 9223372036854775807; it must be "
                ),
            ])
        func hostile(good: String, bad: String, message: String) async throws {
            let here = try await workplace()
            let graph = try here.text("g.graph")
            try #require(graph.contains(good))
            try here.write(graph.replacing(good, with: bad), to: "hostile.graph")
            let before = try here.names()
            let outcome = try await here.run("hostile.graph", "--output", "out")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("graphrun: hostile.graph: ") && outcome.errors.contains(message))
            #expect(try here.names() == before)
        }

        @Test("Text that is no JSON is told with its line and what the parser says of it")
        func syntax() async throws {
            let here = try await workplace()
            let outcome = try await here.run("bad.graph")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("graphrun: bad.graph:1: this is no valid JSON: "))
        }

        @Test("Weights that are no safetensors file are told from weights that are missing")
        func weights() async throws {
            let here = try await workplace()
            let outcome = try await here.run("g.graph", "--set", "weights=image.npy")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("graphrun: g.graph:4: axis 'tile': \(here.path("image.npy")): "))
            #expect(!outcome.errors.contains("no such file"))
        }

        @Test("The other commands refuse the same", arguments: ["check", "dot", "plan"])
        func otherCommands(command: String) async throws {
            let here = try await workplace()
            let outcome = try await here.run(command, "g.graph", "--set", "image=none.png")
            #expect(outcome.code == 2)
            #expect(
                outcome.errors
                    == "graphrun: g.graph:26: 'truth': \(here.path("none.png")): no such file; check the path\n")
            #expect(outcome.output == "")
        }

        @Test("A kind that the program does not have is named, with what it has")
        func unknownKind() async throws {
            let here = try await workplace()
            _ = try await here.run("emit", "pnp-custom", "--set", "image=image.npy", "-o", "c.graph", by: "graphs")
            let outcome = try await here.run("c.graph")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1)
            #expect(
                outcome.errors.hasPrefix(
                    "graphrun: c.graph:49: 'next' is of the kind 'cross-median', which this program does not know; "
                        + "run the program that defines it, or use one of: add, "))
            let own = try await here.run("run", "c.graph", "--output", "out", by: "graphs")
            #expect(own.code == 0, "\(own.errors)")
            #expect(try here.names(in: "out").contains("result.npy"))
        }
    }
}
