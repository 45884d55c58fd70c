internal import Foundation
internal import TensorFiles
internal import Tensors
internal import Testing

extension CommandLineSuite {
    /// Runs that converge or diverge before their last iteration.
    @Suite("Why a run ended")
    struct EndingTests {
        private func workplace() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            return here
        }

        private func rows(_ here: Workplace, _ folder: String) throws -> Int {
            try here.text("\(folder)/metrics.csv").split(separator: "\n").count - 1
        }

        private func stopped(_ here: Workplace, _ folder: String) throws -> [String: Any] {
            try #require(try here.object("\(folder)/run.json")["stopped"] as? [String: Any])
        }

        @Test("A step that is too large ends the run in a few iterations, says so, and keeps the best state")
        func stepTooLarge() async throws {
            let here = try await workplace()
            var results: Set<Data> = []
            for workers in ["1", "2", "3"] {
                let out = "out-\(workers)"
                let outcome = try await here.run(
                    "g.graph", "--set", "step=5", "--set", "tile=16", "--workers", workers, "--threads", "1",
                    "--output",
                    out)
                #expect(outcome.code == 1)
                // The first warns of that step.
                try #require(outcome.errorLines.count == 2, "\(outcome.errors)")
                let line =
                    #/graphrun: g.graph: the run diverges: values grew from \S+ \(iteration 1\) to \S+ \(iteration 4\), with step 5, sigma 0.02 and denoiser total-variation; the state of iteration (\d) is kept in (\S+); give a step below 0.666/#
                let found = try #require(outcome.errorLines[1].wholeMatch(of: line), "\(outcome.errorLines[1])")
                #expect(found.2 == out)
                let stopped = try stopped(here, out)
                #expect(stopped["reason"] as? String == "diverged" && stopped["iteration"] as? Int == 4)
                #expect(stopped["bestIteration"] as? Int == Int(found.1))
                #expect(try rows(here, out) == 5)
                let checkpoint = try here.object("\(out)/checkpoint/checkpoint.json")
                #expect(checkpoint["iteration"] as? Int == Int(found.1))
                #expect(try here.bytes("\(out)/result.npy") == here.bytes("\(out)/checkpoint/state-0.npy"))
                results.insert(try here.bytes("\(out)/result.npy"))
            }
            #expect(results.count == 1)
        }

        @Test("So does a network whose weights are half as large again; before, it is said that nobody knows")
        func scaledNetwork() async throws {
            let here = try await workplace()
            let weights = try SafeTensors.decode(BundledWeights.color.bytes, path: "bundled")
            try SafeTensors.write(
                weights.mapValues { Tensor($0.type, $0.values.map { 1.5 * $0 }) }, to: here.path("w.safetensors"))
            let outcome = try await here.run(
                "g.graph", "--set", "weights=w.safetensors", "--json", "--output", "out")
            #expect(outcome.code == 1)
            try #require(outcome.errorLines.count == 2, "\(outcome.errors)")
            #expect(
                outcome.errorLines[0].hasSuffix(
                    "whether the iterations converge is not known: nobody has looked at w.safetensors, as is done for the "
                        + "bundled denoisers and total variation; a run that diverges ends and says so"))
            #expect(
                outcome.errorLines[1].contains(", with step 0.5, sigma 0.02 and weights w.safetensors; the state of "))
            #expect(outcome.errorLines[1].hasSuffix("; give a smaller step, a larger sigma or another denoiser"))
            let end = try #require(outcome.outputLines.last)
            #expect(end.contains(#""event":"stopped""#) && end.contains(#""reason":"diverged""#))
            let checked = try await here.run("check", "g.graph", "--set", "weights=w.safetensors")
            #expect(checked.code == 0 && checked.errorLines == [outcome.errorLines[0]])
        }

        @Test("Without a stop rule nothing is kept of a run that diverges but how it went")
        func noRule() async throws {
            let here = try await workplace()
            var graph = try here.object("g.graph")
            graph["stop"] = nil
            graph["parameters"] = (graph["parameters"] as? [[String: Any]])?.filter {
                $0["name"] as? String != "tolerance"
            }
            try JSONSerialization.data(withJSONObject: graph).write(to: URL(filePath: here.path("g.graph")))
            let outcome = try await here.run("g.graph", "--set", "step=5", "--output", "out")
            #expect(outcome.code == 1)
            #expect(
                outcome.errorLines.last?.hasSuffix(
                    "; no state is kept, as the graph has no stop rule to tell a good one by; see out/metrics.csv; "
                        + "give a step below 0.666") == true)
            #expect(
                try here.names(in: "out") == ["convergence.png", "graph.dot", "metrics.csv", "run.json", "trace.json"])
        }

        @Test("A run that has converged ends by itself, is done, and goes on to a smaller change only")
        func converged() async throws {
            let here = try await workplace()
            let common = ["g.graph", "--set", "iterations=2000", "--set", "tv-iterations=5", "--set", "sigma=0.05"]
            let outcome = try await here.start(
                common + ["--set", "tolerance=1e-2", "--output", "out"], by: "graphrun"
            ).outcome()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let line = #/converged after iteration (\d+): relative change below 0.01 for 5 iterations/#
            let iteration = try #require(
                outcome.outputLines.compactMap { $0.wholeMatch(of: line) }.first.flatMap { Int($0.1) })
            #expect(try rows(here, "out") == iteration)
            let stopped = try stopped(here, "out")
            #expect(stopped["reason"] as? String == "converged" && stopped["iteration"] as? Int == iteration)

            let done = try await here.run("g.graph", "--resume", "out", "--set", "iterations=3000")
            #expect(done.code == 2)
            #expect(
                done.errors
                    == "graphrun: out: the run has converged: relative change below 0.01 for 5 iterations; "
                    + "go on to a smaller change, for example --set tolerance=1e-3\n")

            let more = try await here.run("g.graph", "--resume", "out", "--set", "tolerance=2e-3", "--json")
            #expect(more.code == 0, "\(more.errors)")
            #expect(more.outputLines.last?.contains(#""event":"end""#) == true)
            #expect(more.outputLines.last?.contains(#""reason":"converged""#) == true)
            _ = try await here.start(
                common + ["--set", "tolerance=2e-3", "--output", "whole"], by: "graphrun"
            ).outcome()
            #expect(try here.bytes("out/result.npy") == here.bytes("whole/result.npy"))
            #expect(try rows(here, "out") == rows(here, "whole") && rows(here, "out") > iteration)
        }

        @Test("One that has not says how far it is")
        func notConverged() async throws {
            let here = try await workplace()
            let outcome = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            let line =
                #/not converged in 4 iterations: relative change \d\S*, and not below 1e-4 for 5 iterations/#
            #expect(outcome.outputLines.contains { $0.wholeMatch(of: line) != nil }, "\(outcome.output)")
            #expect(try stopped(here, "out")["reason"] as? String == "iterations")
            let all = try await here.start(
                ["g.graph", "--output", "all", "--set", "tolerance=0"] + quick, by: "graphrun"
            ).outcome()
            #expect(all.code == 0 && !all.output.contains("converged"))
        }
    }
}
