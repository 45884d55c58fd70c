internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    /// The commands that run nothing.
    @Suite("check, plan, dot and help")
    struct CommandsTests {
        private func workplace() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            return here
        }

        /// The same with a picture that is worth more than one worker.
        private func largerWorkplace() async throws -> Workplace {
            let here = try await workplace()
            try NPY.write(Samples.image(3, 192, 160), to: here.path("image.npy"))
            return here
        }

        private func objects(_ outcome: Outcome) throws -> [[String: Any]] {
            try outcome.outputLines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }

        @Test("check shows every node with its shape, and makes nothing")
        func check() async throws {
            let here = try await workplace()
            let outcome = try await here.run("check", "g.graph", "--set", "tile=16")
            #expect(outcome.code == 0 && outcome.errors == "")
            let lines = outcome.outputLines
            #expect(lines.count == 17)
            #expect(lines[0].split(separator: " ").first == "node")
            #expect(lines[8].wholeMatch(of: #/gradients +data-gradient +body +3 +1 × 3 × 32 × 32 .*/#) != nil)
            #expect(lines[16].hasPrefix("g.graph: sound; 29 instances, 200 iterations of "))
            #expect(try here.names() == ["g.graph", "image.npy"])
        }

        @Test("check --json prints an object a node")
        func checkJSON() async throws {
            let outcome = try await workplace().run("check", "g.graph", "--json")
            let nodes = try objects(outcome)
            #expect(nodes.count == 15)
            let gradients = try #require(nodes.first { $0["node"] as? String == "gradients" })
            #expect(gradients["kind"] as? String == "data-gradient")
            #expect(gradients["phase"] as? String == "body")
            #expect(gradients["instances"] as? Int == 3)
            #expect(gradients["shape"] as? [Int] == [1, 3, 32, 32])
            #expect(gradients["element"] as? String == "float32")
            #expect(gradients["bytes"] as? Int == 3 * 4 * 3 * 32 * 32)
        }

        @Test("plan says who does what")
        func plan() async throws {
            let here = try await largerWorkplace()
            let outcome = try await here.run(
                "plan", "g.graph", "--workers", "3", "--instances", "--rewrite", "none", "--set", "tile=64")
            #expect(outcome.code == 0 && outcome.errors == "")
            let lines = outcome.outputLines
            #expect(lines[0].hasPrefix("worker") && lines[0].hasSuffix("MB peak"))
            #expect(lines[1...3].map { $0.prefix(8) } == ["worker 0", "worker 1", "worker 2"])
            #expect(lines[4].wholeMatch(of: #/an iteration is expected to take \d+\.\d+ s; .*/#) != nil)
            let homes = lines.filter { $0.hasPrefix("denoised[") }.compactMap { $0.split(separator: "  ").last }
            #expect(homes.count == 9)
            #expect(Set(homes).count == 3, "all have tiles")
            #expect(try here.names() == ["g.graph", "image.npy"])
        }

        @Test("plan by the speeds that a file tells, which is refused where it tells none")
        func givenSpeeds() async throws {
            let here = try await largerWorkplace()
            func plan(_ speeds: String) async throws -> Outcome {
                try here.write(speeds, to: "speeds.json")
                return try await here.start(
                    ["plan", "g.graph", "--workers", "2", "--set", "tile=64", "--json"], by: "graphrun",
                    environment: ["GRAPHRUN_SPEEDS": here.path("speeds.json")]
                ).outcome()
            }
            func speeds(_ speed: String) -> String {
                """
                {"arithmetic": \(speed), "loops": \(speed), "memory": \(speed), "transforms": \(speed), "overhead": 0, \
                "threads": 1, "convolutions": [{"channels": 64, "direct": \(speed)}]}
                """
            }
            // Who computes in no time needs no help.
            let (fast, slow) = (try await plan(speeds("1e15")), try await plan(speeds("1e8")))
            for (outcome, used) in [(fast, 1), (slow, 2)] {
                #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
                let busy = try objects(outcome).compactMap { $0["busySeconds"] as? Double }
                #expect(busy.count == 2 && busy.count { $0 > 0 } == used)
            }
            #expect(try await plan(speeds("1e8")).output == slow.output)
            for (text, message) in [
                ("[]", "these are no speeds in JSON; see what GRAPHRUN_SPEEDS names"),
                (speeds("-1"), "no machine has convolutions of -1.0 a second; see what GRAPHRUN_SPEEDS names"),
            ] {
                let outcome = try await plan(text)
                #expect(outcome.code == 2)
                #expect(outcome.errors == "graphrun: \(here.path("speeds.json")): \(message)\n")
            }
        }

        @Test("plan lists the rewrites that are in force")
        func rewrites() async throws {
            let here = try await workplace()
            let outcome = try await here.run("plan", "g.graph", "--workers", "2", "--set", "tile=16")
            #expect(outcome.code == 0 && outcome.errors == "")
            let changes = outcome.outputLines.dropFirst(4)
            #expect(
                Array(changes) == [
                    "constants out of the loop: 'gradients' is AᴴA x − Aᴴy, with Aᴴy and the spectrum of AᴴA computed once",
                    "one spectrum: 'gradient' has one convolution for all instances of 'gradients'",
                    "equal values once: 'gradients-adjoint' equals 'backprojections'",
                    "equal values once: 'gradient-adjoint' equals 'backprojection'",
                ])
            let listed = try objects(
                try await here.run("plan", "g.graph", "--workers", "2", "--set", "tile=16", "--json"))
            #expect(
                listed.compactMap { $0["rule"] as? String } == [
                    "constants out of the loop", "one spectrum", "equal values once", "equal values once",
                ])
            let wrong = try await here.run("plan", "g.graph", "--rewrite", "some")
            #expect(wrong.code == 2)
            #expect(wrong.errorLines.first?.hasPrefix("graphrun: The value 'some' is invalid for '--rewrite") == true)
        }

        @Test("plan --json: what goes out of workers comes in at others")
        func planJSON() async throws {
            let outcome = try await largerWorkplace().run(
                "plan", "g.graph", "--workers", "3", "--rewrite", "none", "--set", "tile=64", "--json")
            let all = try objects(outcome)
            let iteration = try #require(all.first)
            #expect(iteration["workers"] as? Int == 3)
            let seconds = try #require(iteration["secondsPerIteration"] as? Double)
            let workers = all.filter { $0["busySeconds"] != nil }
            #expect(workers.allSatisfy { ($0["busySeconds"] as? Double ?? .infinity) <= seconds })
            let links = all.filter { $0["latency"] != nil }
            #expect(links.allSatisfy { ($0["bandwidth"] as? Double ?? 0) > 0 })
            #expect(workers.map { $0["worker"] as? String } == ["worker 0", "worker 1", "worker 2"])
            let bytesIn = workers.compactMap { $0["bytesIn"] as? Int }
            let bytesOut = workers.compactMap { $0["bytesOut"] as? Int }
            #expect(bytesIn.reduce(0, +) == bytesOut.reduce(0, +) && bytesIn.allSatisfy { $0 > 0 })
            #expect(links.compactMap { $0["bytesPerIteration"] as? Int }.reduce(0, +) == bytesOut.reduce(0, +))
            // 23 of no axis or of shards, 4 more for each of 9 tiles.
            #expect(workers.compactMap { $0["instances"] as? Int }.reduce(0, +) >= 23)
            #expect(workers.allSatisfy { ($0["peakMemoryBytes"] as? Int ?? 0) > 0 })
        }

        @Test("dot: template, instances, workers, measured times")
        func dot() async throws {
            let here = try await largerWorkplace()
            let settings = ["--set", "tile=64"] + quick
            _ = try await here.start(["g.graph", "--workers", "2", "--output", "out"] + settings, by: "graphrun")
                .outcome()
            let template = try await here.run("dot", "g.graph")
            let rewritten = try await here.run("dot", "g.graph", "--rewrite", "all")
            #expect(rewritten.output != template.output && rewritten.output.contains("gradients-spread"))
            #expect(template.output.hasPrefix("digraph \"pnp\" {\n") && template.output.hasSuffix("}\n"))
            #expect(template.output.contains("× 3") && !template.output.contains("gradients[2]"))
            let expanded = try await here.run("dot", "g.graph", "--expand")
            #expect(expanded.output.contains("gradients[2]") && !expanded.output.contains(" ms"))
            let placed = try await here.run("dot", "g.graph", "--workers", "2", "--set", "tile=64")
            #expect(placed.output.contains("ms predicted") && placed.output.contains(" kB"))
            #expect(!placed.output.contains("measured"))
            let measured = try await here.run("dot", "g.graph", "--set", "tile=64", "--run", "out")
            #expect(measured.output.contains(#/ms predicted, \d+\.\d measured/#))
            #expect([template, expanded, placed, measured].allSatisfy { $0.code == 0 && $0.errors == "" })
        }

        @Test("dot refuses times of what is no run, or one of another graph")
        func dotRun() async throws {
            let here = try await workplace()
            let none = try await here.run("dot", "g.graph", "--run", "nowhere")
            #expect(none.code == 2)
            #expect(
                none.errors
                    == "graphrun: nowhere: there is no run.json of a run here; name the folder that a run printed\n")
            try here.write("digraph", to: "run.json")
            #expect(try await here.run("dot", "g.graph", "--run", ".").code == 2)
        }

        @Test(
            "Graphviz draws every form of dot",
            .enabled(if: Programs.installed("dot") != nil, "Graphviz is not installed"),
            arguments: ["", "--expand", "--workers 3"])
        func graphviz(options: String) async throws {
            let here = try await workplace()
            let outcome = try await here.shell("\(try Programs.path("graphrun")) dot g.graph \(options) | dot -Tsvg")
            #expect(outcome.code == 0 && outcome.errors == "")
            #expect(outcome.output.contains("</svg>"))
        }

        @Test(
            "--help of every command goes to standard output",
            arguments: [[], ["run"], ["check"], ["plan"], ["dot"], ["simulate"], ["worker"]])
        func help(command: [String]) async throws {
            let outcome = try await Workplace().start(command + ["--help"], by: "graphrun").outcome()
            #expect(outcome.code == 0 && outcome.errors == "")
            let usage = (["USAGE:", "graphrun"] + (command.isEmpty ? ["<subcommand>"] : command)).joined(separator: " ")
            #expect(outcome.output.contains(usage))
        }

        @Test("Completion scripts for shells", arguments: ["bash", "zsh", "fish"], ["graphrun", "graphs"])
        func completion(shell: String, program: String) async throws {
            let here = try Workplace()
            let outcome = try await here.run("--generate-completion-script", shell, by: program)
            #expect(outcome.code == 0 && outcome.errors == "")
            #expect(outcome.output.contains("_\(program)"))
            guard Programs.installed(shell) != nil else { return }
            try here.write(outcome.output, to: "script")
            #expect(try await here.shell("\(shell) -n script").code == 0)
        }
    }
}
