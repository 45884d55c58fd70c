internal import Foundation
internal import Testing

extension CommandLineSuite {
    @Suite("How fast this machine is")
    struct OwnSpeedsTests {
        private let note = "graphrun: measuring how fast this machine computes; this is done once\n"

        /// Runs a command that is not told how fast the machine is.
        private func run(_ arguments: [String], in here: Workplace) async throws -> Outcome {
            try await here.start(arguments, by: "graphrun", environment: ["GRAPHRUN_SPEEDS": ""]).outcome()
        }

        private func kept(_ here: Workplace) -> [String] {
            let folder = here.outputs.appending(path: "cache/graphrun").path(percentEncoded: false)
            return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
                $0.hasPrefix("speeds")
            }
        }

        /// Speeds count for a while only where other programs ran: so that it can be told what is kept for good.
        @Test("is measured once, with a line, whatever the number of workers and threads")
        func once() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=3\n", to: "hosts.txt")
            let plan = ["plan", "g.graph", "--workers"]
            let first = try await run(plan + ["100"], in: here)
            #expect(first.code == 0 && first.errors == note, "\(first.errors)")
            #expect(kept(here).count == 1)
            for arguments in [
                plan + ["2"], plan + ["1", "--threads", "7"], plan + ["hosts.txt"],
                ["g.graph", "--workers", "2", "--output", "a"] + quick,
                ["g.graph", "--workers", "hosts.txt", "--output", "b"] + quick,
            ] {
                let later = try await run(arguments, in: here)
                #expect(later.code == 0 && later.errors == "", "\(later.errors)")
            }
            #expect(kept(here).count == 1)
        }

        @Test("is not measured by all workers at once that a run starts, nor where one worker needs no plan")
        func started() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let alone = try await run(["g.graph", "--output", "a"] + quick, in: here)
            #expect(alone.code == 0 && alone.errors == "" && kept(here) == [])
            try here.write("localhost slots=4 threads=1\n", to: "hosts.txt")
            let outcome = try await run(["g.graph", "--workers", "hosts.txt", "--output", "b"] + quick, in: here)
            #expect(outcome.code == 0 && outcome.errors == note, "\(outcome.errors)")
            #expect(kept(here).count == 1)
        }

        @Test("is measured in silence where nothing is to be said")
        func quiet() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await run(["g.graph", "--workers", "2", "--quiet", "--output", "a"] + quick, in: here)
            #expect(outcome.code == 0 && outcome.errors == "" && kept(here).count == 1)
        }

        @Test("is measured by a worker that somebody starts, and anew where it is told to")
        func worker() async throws {
            let here = try Workplace()
            for (options, told) in [([], note), ([], ""), (["--measure"], note)] {
                let worker = try here.start(
                    ["worker", "--threads", "1"] + options, by: "graphrun", environment: ["GRAPHRUN_SPEEDS": ""])
                try await worker.waitForOutput("listening at ")
                worker.interrupt()
                let outcome = try await worker.outcome()
                #expect(outcome.code == 0 && outcome.errors == told, "\(outcome.errors)")
            }
        }
    }
}
