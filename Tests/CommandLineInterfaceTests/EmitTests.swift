internal import Foundation
internal import Testing

extension CommandLineSuite {
    /// `graphs list` and `graphs emit`.
    @Suite("Emitting graphs")
    struct EmitTests {
        private static let repository = URL(filePath: #filePath)  // Tests/CommandLineInterfaceTests/EmitTests.swift
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

        @Test("list names every graph", arguments: [["list"], []])
        func list(arguments: [String]) async throws {
            let outcome = try await Workplace().start(arguments, by: "graphs").outcome()
            #expect(outcome.code == 0 && outcome.errors == "")
            let names = outcome.outputLines.map { $0.split(separator: " ").first }
            #expect(names == ["pnp", "denoise", "pnp-custom"])
        }

        @Test("The .graph files in Graphs/ are what the definitions emit", arguments: ["pnp", "denoise", "pnp-custom"])
        func committed(name: String) async throws {
            // Default files are named as from the folder that the graph is emitted into.
            let here = try Workplace()
            let folder = Self.repository.appending(path: "Graphs").path(percentEncoded: false)
            let program = try Programs.path("graphs")
            let outcome = try await here.shell("cd '\(folder)' && '\(program)' emit \(name)")
            #expect(outcome.code == 0 && outcome.errors == "")
            let committed = try Data(contentsOf: Self.repository.appending(path: "Graphs/\(name).graph"))
            #expect(outcome.output == String(decoding: committed, as: UTF8.self))
        }

        @Test("A graph emitted anywhere finds its default files", arguments: ["", "deep/er/"])
        func defaultFiles(folder: String) async throws {
            let here = try Workplace()
            try FileManager.default.createDirectory(atPath: here.path("deep/er"), withIntermediateDirectories: true)
            let emitted = try await here.run("emit", "pnp", "-o", "\(folder)pnp.graph", by: "graphs")
            #expect(emitted.code == 0 && emitted.output == "" && emitted.errors == "")
            let checked = try await here.run("check", "\(folder)pnp.graph")
            #expect(checked.code == 0, "\(checked.errors)")
        }

        @Test("To a file and to standard output, with the same text")
        func targets() async throws {
            let here = try Workplace()
            let settings = ["--set", "blurs=5", "--set", "image=picture.png", "--set", "sigma=0.125"]
            let printed = try await here.start(["emit", "pnp"] + settings, by: "graphs").outcome()
            let written = try await here.start(["emit", "pnp", "-o", "p.graph"] + settings, by: "graphs").outcome()
            #expect(printed.code == 0 && written.code == 0 && written.output == "")
            #expect(try here.text("p.graph") == printed.output)
            #expect(printed.output.contains(#"{ "count": 5, "name": "shard" }"#))
            #expect(printed.output.contains(#""value": "picture.png""#))
            #expect(printed.output.contains(#""value": 0.125"#))
            #expect(printed.output.hasSuffix("}\n"))
        }

        @Test("Typed paths mean the same from the graph's folder")
        func paths() async throws {
            let here = try Workplace()
            try FileManager.default.createDirectory(atPath: here.path("a/b"), withIntermediateDirectories: true)
            let arguments = [
                "emit", "denoise", "--set", "image=data/x.npy", "--set", "weights=/w", "-o", "a/b/d.graph",
            ]
            let outcome = try await here.start(arguments, by: "graphs").outcome()
            #expect(outcome.code == 0)
            let text = try here.text("a/b/d.graph")
            #expect(text.contains(#""value": "../../data/x.npy""#) && text.contains(#""value": "/w""#))
        }

        @Test(
            "What cannot be emitted is told in a line",
            arguments: [
                (["nope"], "no graph is called 'nope'; there are: pnp, denoise, pnp-custom"),
                (
                    ["pnp-custom", "--set", "foo=1"],
                    "nothing is called 'foo' here; what can be set: image, iterations, layout, range, step, strength, tolerance"
                ),
                (
                    ["pnp", "--set", "sigma=2.5"],
                    "graphs/PnP.swift:LINE: parameter 'sigma' is 2.5; it must be between 0 and 1 (image values)"
                ),
                (["pnp", "--set", "sigma=x"], "graphs/PnP.swift:LINE: parameter 'sigma' takes a number, not 'x'"),
                (
                    ["pnp", "--set", "blurs=0"],
                    "graphs/PnP.swift:LINE: parameter 'blurs' is 0; it must be between 1 and 10000"
                ),
                (
                    ["pnp", "--set", "blurs=99999999999"],
                    "graphs/PnP.swift:LINE: parameter 'blurs' is 99999999999; it must be between 1 and 10000"
                ),
                (
                    ["pnp", "--set", "noise=0.1,x"],
                    "graphs/PnP.swift:LINE: 'noise' takes numbers separated by commas, such as 0.03,0.05, not '0.1,x'"
                ),
                (["pnp", "--set", "sigma"], "--set sigma: write it as NAME=VALUE, for example --set sigma=0.05"),
                (
                    ["pnp", "-o", "none/p.graph"],
                    "none/p.graph: cannot be written (No such file or directory); check the folder, its permissions "
                        + "and the free space"
                ),
            ])
        func refused(arguments: [String], message: String) async throws {
            let here = try Workplace()
            let outcome = try await here.start(["emit"] + arguments, by: "graphs").outcome()
            #expect(outcome.code == 2)
            #expect(outcome.output == "")
            #expect(outcome.errors.replacing(#/swift:\d+/#, with: "swift:LINE") == "graphs: \(message)\n")
            #expect(try here.names() == [])
        }
    }
}
