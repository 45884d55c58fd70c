internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    @Suite("What a run says first")
    struct FirstLineTests {
        private let note =
            "simulating 3 blurred measurements of photo.png; to deblur your own, see graphs emit pnp --set "
            + "'measurements=y{shard}.npy' in the README"

        private func workplace(_ options: String...) async throws -> Workplace {
            let here = try Workplace()
            try PNG.write(Samples.image(), to: here.path("photo.png"), bitDepth: .eight)
            let emitted = try await here.start(["emit", "pnp", "-o", "pnp.graph"] + options, by: "graphs").outcome()
            #expect(emitted.code == 0, "\(emitted.errors)")
            return here
        }

        @Test("that it simulates, of which file, and where to read how to deblur")
        func simulated() async throws {
            let here = try await workplace()
            let arguments = ["pnp.graph", "--set", "image=photo.png", "--set", "denoiser=total-variation"] + quick
            let plain = try await here.start(arguments, by: "graphrun").outcome()
            #expect(plain.code == 0 && plain.outputLines.first == note, "\(plain.output)")
            let json = try await here.start(arguments + ["--json"], by: "graphrun").outcome()
            let first = try #require(json.outputLines.first)
            let start = try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any]
            #expect(start?["event"] as? String == "start" && start?["note"] as? String == note)
            #expect(try await here.start(arguments + ["--quiet"], by: "graphrun").outcome().output == "")
        }

        @Test("the number of blurs that there are")
        func one() async throws {
            let here = try await workplace("--set", "blurs=1", "--set", "image=photo.png")
            let outcome = try await here.start(["pnp.graph"] + quick, by: "graphrun").outcome()
            #expect(outcome.outputLines.first?.hasPrefix("simulating 1 blurred measurement of photo.png; ") == true)
        }

        @Test("nothing where the measurements are the user's")
        func measured() async throws {
            let here = try await workplace("--set", "measurements=photo.png", "--set", "blurs=1")
            let outcome = try await here.start(["pnp.graph"] + quick, by: "graphrun").outcome()
            #expect(outcome.code == 0 && outcome.outputLines.first?.hasPrefix("pnp: ") == true, "\(outcome.errors)")
            let json = try await here.start(["pnp.graph", "--json"] + quick, by: "graphrun").outcome()
            #expect(json.outputLines.first?.contains("note") == false)
        }
    }
}
