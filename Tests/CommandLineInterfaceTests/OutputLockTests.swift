internal import Foundation
internal import Testing

extension CommandLineSuite {
    @Suite("Two runs at once")
    struct OutputLockTests {
        private let endless = [
            "--set", "iterations=1000000", "--set", "tolerance=0", "--set", "tv-iterations=5", "--threads", "1",
            "--json",
        ]

        private func held(_ outcome: Outcome, by run: RunningProgram, _ advice: String) {
            #expect(outcome.code == 2 && outcome.output == "")
            let pattern = #/graphrun: out: a run is at work in this folder \(process (\d+) on \S+\); (.+)\n/#
            let found = outcome.errors.wholeMatch(of: pattern)
            #expect(found?.1 == "\(run.identifier)" && found.map { String($0.2) } == advice, "\(outcome.errors)")
        }

        @Test("The second into one folder is refused, whether it begins or goes on; the first does not notice")
        func refused() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let first = try here.start(["g.graph", "--output", "out"] + endless, by: "graphrun")
            try await first.waitForOutput(#""iteration":1,"#)
            let second = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            held(second, by: first, "wait for its end, or choose another --output")
            held(try await here.run("g.graph", "--resume", "out"), by: first, "wait for its end")
            first.interrupt()
            #expect(try await first.outcome().code == 1)
            #expect(try !here.names(in: "out").contains(".lock"))

            // A run that goes on holds its folder as well.
            let resumed = try here.start(["g.graph", "--resume", "out", "--threads", "1", "--json"], by: "graphrun")
            try await resumed.waitForOutput(#""event":"iteration""#)
            held(try await here.run("g.graph", "--resume", "out"), by: resumed, "wait for its end")
            resumed.interrupt()
            #expect(try await resumed.outcome().code == 1)
            #expect(try !here.names(in: "out").contains(".lock"))
        }

        @Test("What a run leaves behind that was killed keeps nobody out")
        func killed() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let first = try here.start(["g.graph", "--output", "out"] + endless, by: "graphrun")
            try await first.waitForOutput(#""iteration":1,"#)
            first.end(by: SIGKILL)
            #expect(try await first.outcome().code == -SIGKILL)
            #expect(try here.names(in: "out").contains(".lock"))
            let second = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            #expect(second.code == 0, "\(second.errors)")
            #expect(try !here.names(in: "out").contains(".lock"))
            _ = try await here.start(["g.graph", "--output", "alone"] + quick, by: "graphrun").outcome()
            #expect(try here.bytes("out/result.npy") == here.bytes("alone/result.npy"))
        }

        @Test("Without --output each has a folder of its own, also in one second")
        func ownFolders() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let runs = try (0..<4).map { _ in
                try here.start(["g.graph", "--threads", "1", "--quiet"] + quick, by: "graphrun")
            }
            for run in runs { #expect(try await run.outcome().code == 0) }
            let folders = try here.names(in: "runs")
            #expect(folders.count == 4)
            for folder in folders {
                #expect(try here.names(in: "runs/\(folder)").contains("run.json"))
                #expect(try !here.names(in: "runs/\(folder)").contains(".lock"))
            }
        }

        @Test("A run that is refused after it took its folder leaves nothing there")
        func leavesNothing() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let limited = try await here.shell(
                "ulimit -f 1; '\(try Programs.path("graphrun"))' g.graph --output a/b --set iterations=4")
            #expect(limited.code == 2)
            #expect(try !here.names().contains("a"))
        }
    }
}
