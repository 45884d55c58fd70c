internal import Foundation
internal import Testing

extension CommandLineSuite {
    /// Threads that wait must not keep other programs from computing: what libgomp is told of it.
    @Suite("How threads wait")
    struct WaitingTests {
        /// What the environment of a process tells libgomp.
        private func told(_ process: Int32) throws -> [String] {
            let text = String(decoding: try Data(contentsOf: URL(filePath: "/proc/\(process)/environ")), as: UTF8.self)
            return text.split(separator: "\0").map(String.init).filter {
                ($0.hasPrefix("GOMP_SPINCOUNT=") || $0.hasPrefix("OMP_WAIT_POLICY=")) && !$0.hasSuffix("=")
            }
        }

        private let nobody = ["GOMP_SPINCOUNT": "", "OMP_WAIT_POLICY": ""]

        @Test(
            "for a moment, unless their user wants it otherwise",
            arguments: [
                ([:], ["GOMP_SPINCOUNT=3000"]), (["OMP_WAIT_POLICY": "ACTIVE"], ["OMP_WAIT_POLICY=ACTIVE"]),
                (["OMP_WAIT_POLICY": "PASSIVE"], ["OMP_WAIT_POLICY=PASSIVE"]),
                (["GOMP_SPINCOUNT": "7"], ["GOMP_SPINCOUNT=7"]),
            ] as [([String: String], [String])])
        func run(_ variables: [String: String], _ told: [String]) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2\n", to: "hosts.txt")
            let run = try here.start(
                [
                    "g.graph", "--workers", "hosts.txt", "--set", "iterations=100000", "--set", "tolerance=0",
                    "--output", "out",
                ], by: "graphrun",
                environment: nobody.merging(variables) { $1 })
            try await run.waitForOutput("iteration 1/")
            let processes = try Leftovers.running()
            #expect(processes.count == 3, "the run and its workers")
            for process in processes { #expect(try self.told(process) == told) }
            run.end(by: SIGKILL)
            #expect(try await Leftovers.processes() == [])
        }

        @Test("in workers that somebody starts, and that another program starts in an environment of its own")
        func workers() async throws {
            let here = try Workplace()
            let program = try here.start(
                ["worker", "--threads", "1", "--data", here.path("data")], by: "graphrun", environment: nobody)
            try await program.waitForOutput("\n")
            #expect(try told(program.identifier) == ["GOMP_SPINCOUNT=3000"])
            program.interrupt()
            #expect(try await program.outcome().code == 0)

            try await here.preparePnP()
            try here.write("#!/bin/sh\nshift\nexec env -u GOMP_SPINCOUNT \"$@\"\n", to: "agent")
            try here.write("me@127.0.0.1\n", to: "hosts.txt")
            let run = try here.start(
                [
                    "g.graph", "--workers", "hosts.txt", "--set", "iterations=100000", "--set", "tolerance=0",
                    "--output", "out",
                ], by: "graphrun",
                environment: nobody.merging(["GRAPHRUN_SSH": "sh \(here.path("agent"))"]) { $1 })
            try await run.waitForOutput("iteration 1/")
            let processes = try Leftovers.running()
            #expect(processes.count == 2)
            for process in processes { #expect(try told(process) == ["GOMP_SPINCOUNT=3000"]) }
            run.end(by: SIGKILL)
            #expect(try await Leftovers.processes() == [])
        }
    }
}
