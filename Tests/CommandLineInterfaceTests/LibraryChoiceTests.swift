internal import Foundation
internal import TensorFiles
internal import TestSupport
internal import Testing

#if arch(x86_64)
    /// Programs for x86-64 can be held back to older processors' instructions by the libraries' own variables.
    private let isX86 = true
#else
    private let isX86 = false
#endif

extension CommandLineSuite {
    /// Which code of the numeric libraries runs, and how the user learns of it.
    @Suite("The libraries' choices", .enabled(if: isX86, "only x86-64 has such choices"))
    struct LibraryChoiceTests {
        /// A place with a graph and the weights of a small DRUNet, and the command to run it without more.
        private func prepared() async throws -> (Workplace, command: String) {
            let here = try Workplace()
            try await here.preparePnP()
            let shapes = SampleNetworks.drunet(channels: 3, widths: [8, 8, 8, 8], blocks: 1)
            try SafeTensors.write(SampleNetworks.randomWeights(shapes, seed: 1), to: here.path("d.safetensors"))
            let settings = "g.graph --set weights=d.safetensors --set iterations=1"
            return (here, "'\(try Programs.path("graphrun"))' SUBCOMMAND \(settings)")
        }

        @Test("run.json and the plan say which of oneDNN's implementations compute how many layers")
        func implementations() async throws {
            let (here, command) = try await prepared()
            let run = try await here.shell(command.replacing("SUBCOMMAND", with: "run") + " --output out")
            try #require(run.code == 0, "\(run.errors)")
            let workers = try #require(try here.object("out/run.json")["workers"] as? [[String: Any]])
            let ran = try #require(workers.first?["implementations"] as? [String: [String: Int]])
            let weights = try #require(ran.keys.first { $0.hasSuffix("/d.safetensors") })
            let counts = try #require(ran[weights])
            // Two convolutions in a block on each of 7 steps of the U, 6 between them, head and tail.
            #expect(counts.values.reduce(0, +) == 22)

            let plan = try await here.shell(command.replacing("SUBCOMMAND", with: "plan"))
            let line = try #require(plan.outputLines.first { $0.hasPrefix("\(weights): layers computed ") })
            for (name, count) in counts { #expect(line.contains("\(count) by \(name)")) }
        }

        @Test("A layer with nothing but a reference loop is refused before anything runs", arguments: ["run", "plan"])
        func reference(subcommand: String) async throws {
            let (here, command) = try await prepared()
            // Without AVX2 oneDNN has no other code for transposed convolutions.
            let outcome = try await here.shell(
                "ONEDNN_MAX_CPU_ISA=AVX " + command.replacing("SUBCOMMAND", with: subcommand))
            #expect(outcome.code == 2)
            #expect(
                // Before it stands that nobody knows whether a loop with these weights converges.
                outcome.errorLines.last == "graphrun: worker 0: 'denoised[0]': m_up3.0.weight: oneDNN: the library has "
                    + "only a reference loop for it on this processor, which would take hours; use a processor with "
                    + "AVX2, or another oneDNN")
            #expect(try !here.names().contains("runs"))
        }

        @Test("Who chooses OpenBLAS's core gets it")
        func chosenCore() async throws {
            let (here, command) = try await prepared()
            let run = try await here.shell(
                "OPENBLAS_CORETYPE=Prescott " + command.replacing("SUBCOMMAND", with: "run") + " --output out")
            try #require(run.code == 0, "\(run.errors)")
            let versions = try #require(try here.object("out/run.json")["versions"] as? [String: String])
            #expect(versions["OpenBLAS"]?.hasSuffix("core Prescott by OPENBLAS_CORETYPE=Prescott") == true)
        }
    }
}
