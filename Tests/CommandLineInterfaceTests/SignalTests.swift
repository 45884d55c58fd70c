internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    @Suite("Signals")
    struct SignalTests {
        /// A run that goes on until it is told to end.
        private func start(
            _ here: Workplace, _ more: [String] = [], by command: [String] = []
        ) async throws -> RunningProgram {
            let arguments =
                ["g.graph", "--set", "iterations=1000000", "--set", "tolerance=0", "--set", "tv-iterations=5"]
                + ["--threads", "1", "--json", "--output", "out"] + more
            let graphrun = try Programs.path("graphrun")
            let program =
                try command.isEmpty
                ? here.start(arguments, by: "graphrun")
                : RunningProgram(command[0], command.dropFirst() + [graphrun] + arguments, in: here)
            try await program.waitForOutput(#""iteration":2,"#)
            return program
        }

        private func expectStopped(_ outcome: Outcome, _ here: Workplace, more: String = "") throws {
            #expect(outcome.code == 1)
            let stopped = #/graphrun: stopped after iteration (\d+) of 1000000; everything is saved in out/#
            #expect(outcome.errorLines.contains(stopping))
            let lines = outcome.errorLines.suffix(2)
            let iteration = try #require(lines.first?.wholeMatch(of: stopped), "\(outcome.errors)").1
            #expect(
                lines.last == "graphrun: go on with: \(try Programs.path("graphrun")) run g.graph --resume out\(more)")
            #expect(try here.object("out/checkpoint/checkpoint.json")["iteration"] as? Int == Int(iteration))
            #expect(try here.names(in: "out").contains("result.npy"))
            #expect(!outcome.errors.contains("crashed"))
        }

        @Test(
            "SIGTERM and SIGHUP do what Ctrl-C does, also where they come twice",
            arguments: [(SIGINT, 1), (SIGTERM, 1), (SIGHUP, 1), (SIGTERM, 2), (SIGHUP, 2)])
        func stop(signal: Int32, times: Int) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let program = try await start(here)
            for _ in 0..<times { program.end(by: signal) }
            let outcome = try await program.outcome()
            try expectStopped(outcome, here, more: " --threads 1")
            #expect(outcome.errorLines.count == 3)
        }

        @Test("The command that is printed goes on to the bytes of a run that nobody ended")
        func goesOn() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let program = try await start(here)
            program.end(by: SIGTERM)
            _ = try await program.outcome()
            let last = try #require(try here.object("out/checkpoint/checkpoint.json")["iteration"] as? Int) + 3
            let common = ["--set", "iterations=\(last)", "--threads", "1", "--quiet"]
            let resumed = try await here.start(["g.graph", "--resume", "out"] + common, by: "graphrun").outcome()
            #expect(resumed.code == 0, "\(resumed.errors)")
            _ = try await here.start(
                ["g.graph", "--set", "tolerance=0", "--set", "tv-iterations=5", "--output", "whole"] + common,
                by: "graphrun"
            ).outcome()
            #expect(try here.bytes("out/result.npy") == here.bytes("whole/result.npy"))
        }

        @Test(
            "SIGTERM and SIGHUP that follow later change nothing; Ctrl-C then says what it waits for, and the next ends the run at once"
        )
        func later() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            // An iteration takes minutes, so that the run is still in it.
            try NPY.write(Samples.image(3, 256, 256), to: here.path("image.npy"))
            let arguments = ["g.graph", "--set", "iterations=4", "--json", "--output", "out"]
            let slow = ["--set", "tv-iterations=100000", "--threads", "1"]
            let program = try here.start(arguments + slow, by: "graphrun")
            try await program.waitForOutput(#""event":"start""#)
            for signal in [SIGTERM, SIGHUP, SIGTERM] {
                program.end(by: signal)
                try await Task.sleep(for: .milliseconds(400))
                #expect(program.isRunning)
            }
            #expect(try program.complaints() == "\(stopping)\n")
            program.end(by: SIGINT)
            try await program.waitForErrors("at once", times: 1)
            try await Task.sleep(for: .milliseconds(400))
            #expect(program.isRunning)
            program.end(by: SIGINT)
            let outcome = try await program.outcome()
            #expect(outcome.code == 1)
            #expect(
                outcome.errorLines.last?.wholeMatch(
                    of:
                        #/graphrun: g.graph: before iteration 1 of 4; waiting for the end of the one that has begun, \d+\.\d s so far; Ctrl-C once more ends the program at once, and saves nothing/#
                ) != nil, "\(outcome.errors)")
            #expect(outcome.errorLines.count == 2)
        }

        @Test("SIGQUIT prints a line of where the run is, and the run goes on")
        func quit() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let program = try await start(here)
            for count in 1...2 {
                program.end(by: SIGQUIT)
                try await program.waitForErrors("\n", times: count)
            }
            program.end(by: SIGINT)
            let outcome = try await program.outcome()
            try expectStopped(outcome, here, more: " --threads 1")
            try #require(outcome.errorLines.count == 5, "\(outcome.errors)")
            let line = #/graphrun: g.graph: iteration (\d+) of 1000000, residual \S+, psnr \S+ dB, \d+\.\d s so far/#
            let iterations = outcome.errorLines.prefix(2).compactMap { $0.wholeMatch(of: line).flatMap { Int($0.1) } }
            try #require(iterations.count == 2, "\(outcome.errors)")
            #expect(iterations[0] >= 2 && iterations[0] <= iterations[1])
        }

        @Test("Under nohup SIGHUP stays ignored", .enabled(if: Programs.installed("nohup") != nil, "nohup is not here"))
        func nohup() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let program = try await start(here, by: [try #require(Programs.installed("nohup"))])
            program.end(by: SIGHUP)
            // What comes after it is seen after it.
            program.end(by: SIGQUIT)
            try await program.waitForErrors(" so far\n", times: 1)
            try await program.waitForNextIteration()
            #expect(program.isRunning)
            program.end(by: SIGTERM)
            try expectStopped(try await program.outcome(), here, more: " --threads 1")
        }

        @Test(
            "'timeout' ends a run with its checkpoint", .enabled(if: Programs.installed("timeout") != nil, "not here"))
        func timeout() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            // It sends a signal twice, to the run and to the group that the run is in.
            for signal in ["TERM", "HUP"] {
                let program = try await start(
                    here, by: [try #require(Programs.installed("timeout")), "--signal=\(signal)", "3600"])
                // As when the time is over.
                program.end(by: SIGALRM)
                let outcome = try await program.outcome()
                #expect(outcome.code == 124)
                #expect(outcome.errors.contains("; everything is saved in out\n"), "\(outcome.errors)")
                try FileManager.default.removeItem(atPath: here.path("out"))
            }
        }

        @Test("A command that does not iterate is ended by SIGTERM and SIGHUP as usual, without a word")
        func otherCommands() async throws {
            let here = try Workplace()
            try #require(mkfifo(here.path("never.graph"), 0o600) == 0)
            for command in ["check", "plan", "dot"] {
                for signal in [SIGTERM, SIGHUP] {
                    let program = try here.start([command, "never.graph"], by: "graphrun")
                    // The pipe opens when it reads there; then it waits for somebody to write.
                    var pipe: Int32 = -1
                    while pipe < 0 {
                        try #require(program.isRunning)
                        pipe = open(here.path("never.graph"), O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                        if pipe < 0 { try await Task.sleep(for: .milliseconds(3)) }
                    }
                    defer { close(pipe) }
                    program.end(by: SIGQUIT)
                    try await program.waitForErrors(" so far\n", times: 1)
                    program.end(by: signal)
                    let outcome = try await program.outcome()
                    #expect(outcome.code == -signal)
                    #expect(outcome.errorLines.count == 1)
                    #expect(outcome.errors.wholeMatch(of: #/graphrun: at work, \d+\.\d s so far\n/#) != nil)
                }
            }
        }

        @Test("A worker ends by any of them with code 0, and says what it is at")
        func worker() async throws {
            let here = try Workplace()
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                let worker = try await here.worker()
                worker.program.end(by: SIGQUIT)
                try await worker.program.waitForErrors(" so far\n", times: 1)
                worker.program.end(by: signal)
                let outcome = try await worker.program.outcome()
                #expect(outcome.code == 0)
                #expect(outcome.errors.wholeMatch(of: #/graphrun: a worker without a run, \d+\.\d s so far\n/#) != nil)
            }
        }

        @Test("One that is ended while a run is under way says so to the run", arguments: [SIGTERM, SIGHUP])
        func workerLeaves(signal: Int32) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let worker = try await here.worker()
            try here.write("\(worker.endpoint)\n", to: "hosts.txt")
            let run = try await start(here, ["--workers", "hosts.txt"])
            worker.program.end(by: SIGQUIT)
            try await worker.program.waitForErrors(" so far\n", times: 1)
            worker.program.end(by: signal)
            let outcome = try await run.outcome()
            #expect(outcome.code == 1)
            #expect(
                outcome.errorLines == [
                    "graphrun: worker 0: it was told to end while the run was under way",
                    "graphrun: nothing was saved but out/graph.dot",
                ])
            let left = try await worker.program.outcome()
            #expect(left.code == 0)
            #expect(left.errors.contains(#/graphrun: a worker in iteration \d+ of a run of g.graph, /#))
        }

        @Test(
            "Where the run and its workers all get it, as from a batch system, the run ends with its checkpoint",
            arguments: [SIGTERM, SIGHUP, SIGINT])
        func everybody(signal: Int32) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2 threads=1\n", to: "hosts.txt")
            let run = try await start(here, ["--workers", "hosts.txt", "--set", "tile=16"])
            let workers = try await here.children(of: run)
            #expect(workers.count == 2)
            for worker in workers { kill(worker, signal) }
            run.end(by: signal)
            try expectStopped(try await run.outcome(), here, more: " --workers hosts.txt --threads 1")
            #expect(try await Leftovers.processes() == [])
        }

        @Test("Workers that a run starts are no part of its group, to which a terminal sends signals")
        func groups() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2 threads=1\n", to: "hosts.txt")
            let run = try await start(here, ["--workers", "hosts.txt"])
            let workers = try await here.children(of: run)
            #expect(workers.count == 2)
            for worker in workers { #expect(getpgid(worker) != getpgid(run.identifier)) }
            run.end(by: SIGTERM)
            try expectStopped(try await run.outcome(), here, more: " --workers hosts.txt --threads 1")
        }
    }
}

extension RunningProgram {
    /// Waits for an iteration more than there is.
    func waitForNextIteration() async throws {
        let count = try printed().split(separator: "\n").count
        try await waitForOutput("\n", times: count + 1)
    }
}

extension Workplace {
    /// Programs of ours that a program has started.
    func children(of program: RunningProgram) async throws -> [Int32] {
        try await shell("pgrep -P \(program.identifier) -f 'worker --attended' || true").outputLines.compactMap {
            Int32($0.trimmingCharacters(in: .whitespaces))
        }
    }
}
