internal import Foundation
internal import Kernels
internal import Messaging
internal import Runtime
internal import Testing

extension CommandLineSuite {
    /// What may be wrong with hosts and workers: one clear line, exit 2, and nothing left running anywhere.
    @Suite("Hosts that cannot serve")
    struct HostsTests {
        private func workplace(_ hosts: String) async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write(hosts, to: "hosts.txt")
            return here
        }

        /// Runs the graph on the hosts, which must end with one line and leave nothing.
        private func refusal(_ here: Workplace, environment: [String: String] = [:]) async throws -> String {
            let before = try here.names()
            let running = try Leftovers.running()
            let outcome = try await here.start(
                ["g.graph", "--workers", "hosts.txt", "--output", "runs/out"] + quick, by: "graphrun",
                environment: environment
            ).outcome()
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
            #expect(try here.names().filter { $0 != "image.npy" } == before.filter { $0 != "image.npy" })
            #expect(try Leftovers.running() == running, "the run waits until its workers have ended")
            return outcome.errorLines.first ?? ""
        }

        @Test("A worker that nobody started, beside others that are started for the run")
        func unreachable() async throws {
            let here = try await workplace("localhost slots=2\ntcp://127.0.0.1:1\n")
            #expect(
                try await refusal(here)
                    == "graphrun: hosts.txt:2: tcp://127.0.0.1:1: no worker answers within 5 s; start one there with "
                    + "'graphrun worker --bind tcp://127.0.0.1:1', or check address, port, firewall and key")
            #expect(try await Leftovers.processes() == [])
        }

        @Test("A worker of another version")
        func otherVersion() async throws {
            let here = try await workplace("")
            let service = WorkerService(
                WorkerInfo(
                    program: "0.0", cores: 1, threads: 1, memory: 1 << 30, hasWinograd: false, kinds: [], versions: [:]),
                catalog: .standard, store: try FileStore(folder: here.outputs.path(percentEncoded: false))
            ) { _ in }
            let endpoint = try service.open(Context(), at: "tcp://127.0.0.1:*")
            try here.write("localhost\n\(endpoint)\n", to: "hosts.txt")
            let line = try await refusal(here)
            #expect(
                line.hasPrefix("graphrun: hosts.txt:2: \(endpoint): this worker runs version 0.0, the coordinator "))
            #expect(line.hasSuffix("; use the same program everywhere"))
            service.serve { true }
            #expect(try await Leftovers.processes() == [])
        }

        @Test("A worker that serves another run")
        func busy() async throws {
            let here = try await workplace("")
            let worker = try await here.worker()
            try here.write("\(worker.endpoint)\n", to: "hosts.txt")
            let first = try here.start(
                [
                    "g.graph", "--workers", "hosts.txt", "--set", "iterations=100000", "--set", "tolerance=0",
                    "--output", "first",
                ], by: "graphrun"
            )
            try await first.waitForOutput("iteration 1/")
            #expect(
                try await refusal(here)
                    == "graphrun: hosts.txt:1: \(worker.endpoint): the worker serves another run; "
                    + "wait for its end, or name another worker")
            first.interrupt()
            #expect(try await first.outcome().code == 1)
            #expect(try here.names(in: "first").contains("result.npy"), "the first run does not notice")
            worker.program.interrupt()
            #expect(try await worker.program.outcome().code == 0)
            #expect(try await Leftovers.processes() == [])
            #expect(!Leftovers.isTaken(try #require(worker.endpoint.split(separator: ":").last.flatMap { Int($0) })))
        }

        @Test("A worker that is listed under two names")
        func twoNames() async throws {
            let here = try await workplace("")
            let worker = try await here.worker()
            let port = try #require(worker.endpoint.split(separator: ":").last)
            try here.write("\(worker.endpoint)\n\n# the same\ntcp://localhost:\(port)\n", to: "hosts.txt")
            #expect(
                try await refusal(here)
                    == "graphrun: hosts.txt:4: 'tcp://localhost:\(port)' is the worker of line 1, '\(worker.endpoint)'; "
                    + "delete one of the lines, or start another worker there")
            // It is free as before.
            try here.write("tcp://localhost:\(port)\n", to: "hosts.txt")
            let outcome = try await here.start(
                ["g.graph", "--workers", "hosts.txt", "--output", "out"] + quick, by: "graphrun"
            ).outcome()
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
            worker.program.interrupt()
            #expect(try await worker.program.outcome().code == 0)
            #expect(try await Leftovers.processes() == [])
        }

        @Test("A file of the graph that is gone when a worker wants it")
        func missingFile() async throws {
            // What plays ssh here takes the file away, after the graph has been checked.
            let here = try await workplace("me@127.0.0.1\n")
            try here.write("#!/bin/sh\nrm -f image.npy\nshift\nexec \"$@\"\n", to: "agent")
            let line = try await refusal(here, environment: ["GRAPHRUN_SSH": "sh \(here.path("agent"))"])
            #expect(line == "graphrun: worker 0: 'truth': \(here.path("image.npy")): no such file; check the path")
            #expect(try await Leftovers.processes() == [])
        }

        @Test("A worker whose folder for files is gone")
        func missingFolder() async throws {
            let here = try await workplace("")
            let worker = try await here.worker(data: "kept")
            // The only one, so that it needs the file wherever it would be placed among several.
            try here.write("\(worker.endpoint)\n", to: "hosts.txt")
            try FileManager.default.removeItem(atPath: here.path("kept"))
            let line = try await refusal(here)
            #expect(line.hasPrefix("graphrun: worker 0: 'truth': \(here.path("kept"))/"), "\(line)")
            worker.program.interrupt()
            #expect(try await worker.program.outcome().code == 0)
            #expect(try await Leftovers.processes() == [])
        }

        @Test("A worker beyond this machine needs its key, and the key is enough")
        func keys() async throws {
            let here = try await workplace("")
            let worker = try await here.worker("--secure", "--bind", "tcp://0.0.0.0:*")
            // Where this machine has an address of its own, the worker on localhost must be reached there, too.
            let own = try await here.shell("hostname -I").outputLines.first?.split(separator: " ").first ?? "127.0.0.1"
            let host = own.contains(":") ? "[\(own)]" : String(own)
            let port = try #require(worker.endpoint.split(separator: ":").last)
            try await worker.program.waitForOutput("in a host file")
            let words = try worker.program.printed().split(whereSeparator: \.isWhitespace).map(String.init)
            let key = try #require(words.last)
            #expect(key.hasPrefix("key=") && words[3] == key)
            try here.write("tcp://\(host):\(port)\n", to: "hosts.txt")
            #expect(try await refusal(here).contains("no worker answers within 5 s"))
            try here.write("tcp://\(host):\(port) \(key)\nlocalhost slots=2\n", to: "hosts.txt")
            let outcome = try await here.start(
                ["g.graph", "--workers", "hosts.txt", "--threads", "1", "--output", "out"] + quick, by: "graphrun"
            ).outcome()
            #expect(outcome.code == 0, "\(outcome.errors)")
            worker.program.interrupt()
            #expect(try await worker.program.outcome().code == 0)
            #expect(try await Leftovers.processes() == [])
        }

        @Test(
            "A worker's own options",
            arguments: [
                (
                    ["--memory", "4Gb"],
                    "--memory 4Gb: give an amount of memory such as 4GiB (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)"
                ),
                (["--threads", "0"], "--threads 0: give a whole number from 1 to 1024"),
                (["--secure", "--insecure"], "--secure and --insecure contradict each other; give one of them"),
                (
                    ["--bind", "tcp://0.0.0.0:7001"],
                    "--bind tcp://0.0.0.0:7001: other machines reach this; add --secure, which lets in only those who "
                        + "know the key that it prints, or --insecure, which lets in everybody"
                ),
                (
                    ["--data", "image.npy/x"],
                    "image.npy/x: Not a directory; it cannot be made a folder for data, so name another with --data"
                ),
                (
                    ["--data", "/proc/self"],
                    "/proc/self: No such file or directory; files of runs cannot be kept there, so name another folder with "
                        + "--data"
                ),
            ])
        func options(_ options: [String], _ message: String) async throws {
            let here = try await workplace("")
            let outcome = try await here.start(["worker"] + options, by: "graphrun").outcome()
            #expect(outcome.code == 2)
            #expect(outcome.errors == "graphrun: \(message)\n")
            #expect(try await Leftovers.processes() == [])
        }
    }
}
