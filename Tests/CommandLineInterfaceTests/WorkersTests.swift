internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    @Suite("Workers")
    struct WorkersTests {
        @Test("Any number of workers gives the same bytes")
        func sameBits() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2 threads=1  # two\n\n# and one more\nlocalhost\n", to: "hosts.txt")
            var results: [Data] = []
            for (number, workers) in ["1", "2", "3", "7", "hosts.txt"].enumerated() {
                let outcome = try await here.run(
                    "g.graph", "--workers", workers, "--threads", "1", "--set", "tile=16", "--set", "iterations=5",
                    "--set", "tv-iterations=9", "--output", "out\(number)")
                #expect(outcome.code == 0, "\(outcome.errors)")
                results.append(try here.bytes("out\(number)/result.npy"))
                let listed = try #require(try here.object("out\(number)/run.json")["workers"] as? [[String: Any]])
                #expect(listed.count == (Int(workers) ?? 3))
                #expect(listed.allSatisfy { $0["threads"] as? Int == 1 })
            }
            #expect(Set(results).count == 1)
            let lines = results.first.map { $0.count }
            #expect(lines == 128 + 4 * 3 * 32 * 32, "a header and the pixels")
        }

        @Test("Workers that somebody started serve run after run, and the bytes are the same")
        func started() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let first = try await here.worker()
            let second = try await here.worker()
            try here.write("\(first.endpoint)\n\(second.endpoint)\nlocalhost\n", to: "hosts.txt")
            for (number, workers) in ["1", "hosts.txt", "hosts.txt"].enumerated() {
                let outcome = try await here.start(
                    ["g.graph", "--workers", workers, "--threads", "1", "--set", "tile=16", "--output", "out\(number)"]
                        + quick, by: "graphrun"
                ).outcome()
                #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
                #expect(try here.bytes("out\(number)/result.npy") == here.bytes("out0/result.npy"))
            }
            for program in [first.program, second.program] {
                program.interrupt()
                #expect(try await program.outcome().code == 0)
            }
            let gone = try await here.start(["g.graph", "--workers", "hosts.txt", "--output", "out9"], by: "graphrun")
                .outcome()
            #expect(gone.code == 2)
            #expect(
                gone.errorLines.map { $0.prefix(43) } == [
                    "graphrun: hosts.txt:1: \(first.endpoint)".prefix(43),
                    "graphrun: hosts.txt:2: \(second.endpoint)".prefix(43),
                ])
            #expect(gone.errorLines.allSatisfy { $0.contains("no worker answers within 5 s") })
            #expect(try !here.names().contains("out9"))
        }

        @Test("A worker listens on this machine only where nothing else is said, at an endpoint that there is")
        func bind() async throws {
            let here = try Workplace()
            for endpoint in ["tcp://0.0.0.0:7001", "tcp://*:7001", "somewhere", "tcp://127.0.0.1:99999"] {
                let outcome = try await here.run("worker", "--bind", endpoint)
                #expect(outcome.code == 2 && outcome.errorLines.count == 1, "\(outcome.errors)")
                #expect(outcome.errors.hasPrefix("graphrun: --bind \(endpoint): "))
            }
        }

        @Test("A worker that a run started and that is killed is told at once")
        func killed() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2\n", to: "hosts.txt")
            let run = try here.start(
                [
                    "g.graph", "--workers", "hosts.txt", "--set", "iterations=100000", "--set", "tolerance=0",
                    "--output", "out",
                ], by: "graphrun")
            try await run.waitForOutput("iteration 1/")
            let workers = try Leftovers.running().filter { $0 != run.identifier }
            kill(try #require(workers.first), SIGKILL)
            let outcome = try await run.outcome()
            #expect(outcome.code == 1)
            let line = try #require(outcome.errorLines.first)
            #expect(
                line.wholeMatch(
                    of: #/graphrun: worker \d: its process has ended before the run: it was killed by signal 9, .+/#)
                    != nil,
                "\(outcome.errors)")
            #expect(try await Leftovers.processes() == [])
        }

        @Test(
            "What is remembered is kept where the environment says so, by an absolute path", arguments: ["", "cache"])
        func cacheFolder(given: String) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await here.start(
                ["plan", "g.graph", "--workers", "2", "--threads", "1"], by: "graphrun",
                environment: ["XDG_CACHE_HOME": given, "HOME": here.path("home")]
            ).outcome()
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(try here.names(in: "home/.cache/graphrun/placements").count == 1)
            #expect(try here.names() == ["g.graph", "home", "image.npy"])
        }

        @Test("Workers that a run started are gone when it is, however it ends")
        func nothingLeft() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2\n", to: "hosts.txt")
            let run = try here.start(
                [
                    "g.graph", "--workers", "hosts.txt", "--set", "iterations=100000", "--set", "tolerance=0",
                    "--output", "out",
                ], by: "graphrun")
            try await run.waitForOutput("iteration 1/")
            #expect(try Leftovers.running().count == 3, "the coordinator and two workers")
            run.end(by: SIGKILL)
            // They notice within a moment, and say their last words for a second.
            #expect(try await Leftovers.processes() == [])
        }
    }
}
