internal import Foundation
internal import GraphModel
internal import Kernels
internal import TensorFiles
internal import Tensors
internal import TestSupport
internal import Testing

extension CommandLineSuite {
    /// What a run leaves behind.
    @Suite("The folder of a run")
    struct RunFolderTests {
        private static let files = [
            "checkpoint", "comparison.png", "convergence.png", "graph.dot", "metrics.csv", "result.npy", "result.png",
            "run.json", "trace.json",
        ]

        private func finishedRun() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await here.start(["g.graph", "--output", "out"] + quick, by: "graphrun").outcome()
            try #require(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.errors == "")
            return here
        }

        @Test("It holds what it should, and nothing else")
        func contents() async throws {
            let here = try await finishedRun()
            #expect(try here.names() == ["g.graph", "image.npy", "out"])
            #expect(try here.names(in: "out") == Self.files)
            #expect(try here.names(in: "out/checkpoint") == ["SHA256SUMS", "checkpoint.json", "state-0.npy"])
        }

        @Test("It is new or empty: what others keep in a folder is not written over")
        func foreign() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try FileManager.default.createDirectory(atPath: here.path("mine"), withIntermediateDirectories: true)
            try here.write("notes", to: "mine/result.npy")
            let outcome = try await here.start(["g.graph", "--output", "mine"] + quick, by: "graphrun").outcome()
            #expect(outcome.code == 2)
            #expect(
                outcome.errors
                    == "graphrun: mine: this folder holds something else already, such as 'result.npy'; choose an --output that "
                    + "is new or empty\n")
            #expect(try here.names(in: "mine") == ["result.npy"])
            #expect(try here.text("mine/result.npy") == "notes")
        }

        @Test("Of a complex result magnitude and phase are shown")
        func complex() async throws {
            let here = try Workplace()
            // Magnitudes 2 and 1, phases 0 and a half turn back.
            try NPY.write(
                Tensor(TensorType([2, 2], .complex64), [2, 0, 0, -1, 1, 0, 0, -2] as [Float]), to: here.path("z.npy"))
            let graph = try Graph("c", summary: "") { g in
                g.output("result", g.add("same", Scale(1), g.add("z", Load("z.npy", as: .array))))
            }
            try here.write(graph.fileText(), to: "c.graph")
            let outcome = try await here.start(["c.graph", "--output", "out"], by: "graphrun").outcome()
            try #require(outcome.code == 0, "\(outcome.errors)")
            let magnitude = try PNG.read(here.path("out/result.png")).image
            let phase = try PNG.read(here.path("out/result-phase.png")).image
            #expect(zip(magnitude.values, [1, 0.5, 0.5, 1] as [Float]).allSatisfy { abs($0 - $1) < 0.003 })
            #expect(zip(phase.values, [0.5, 0.25, 0.5, 0.25] as [Float]).allSatisfy { abs($0 - $1) < 0.003 })
        }

        @Test("Iterates are kept on request, the last of them the result")
        func iterates() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await here.start(
                ["g.graph", "--output", "out", "--save-every", "1"] + quick, by: "graphrun"
            ).outcome()
            try #require(outcome.code == 0, "\(outcome.errors)")
            let names = try here.names(in: "out/iterates")
            #expect(names == (1...4).map { "x-\($0).npy" })
            let last = try #require(names.last)
            #expect(
                try Data(contentsOf: URL(filePath: here.path("out/iterates/\(last)")))
                    == Data(contentsOf: URL(filePath: here.path("out/result.npy"))))
            let refused = try await here.start(
                ["g.graph", "--output", "other", "--save-every", "0"] + quick, by: "graphrun"
            ).outcome()
            #expect(refused.code == 2 && refused.errors == "graphrun: --save-every is 0; it must be 1 or more\n")
        }

        @Test("metrics.csv has a row an iteration")
        func metrics() async throws {
            let rows = try await finishedRun().text("out/metrics.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            #expect(rows.first == ["iteration", "residual", "psnr", "seconds"])
            #expect(rows.dropFirst().map(\.first) == ["1", "2", "3", "4"])
            for row in rows.dropFirst() {
                let numbers = row.compactMap(Double.init)
                #expect(numbers.count == 4 && numbers.allSatisfy { $0.isFinite && $0 >= 0 })
            }
            let psnr = rows.dropFirst().compactMap { Double($0[2]) }
            #expect(psnr == psnr.sorted(), "each iteration comes nearer to the truth")
        }

        @Test("run.json says what ran, with what, where and for how long")
        func report() async throws {
            let report = try await finishedRun().object("out/run.json")
            #expect(
                report.keys.sorted() == [
                    "arguments", "convolutions", "graph", "iterations", "links", "metrics", "options",
                    "parameters", "peakMemoryBytes", "plan", "predictedSecondsPerInstance",
                    "predictedSecondsPerIteration",
                    "rewrites",
                    "rewriting", "seconds", "secondsPerInstance", "secondsPerIteration", "secondsPerNode", "stopped",
                    "versions",
                    "workerOfInstance", "workers",
                ])
            #expect(report["graph"] as? String == "pnp")
            #expect(report["iterations"] as? Int == 4)
            #expect(report["rewriting"] as? String == "all")
            #expect((report["plan"] as? String)?.count == 64)
            let rewrites = try #require(report["rewrites"] as? [String])
            #expect(rewrites.contains("one spectrum: 'gradient' has one convolution for all instances of 'gradients'"))
            let arguments = Array(try #require(report["arguments"] as? [String]).dropFirst())
            #expect(arguments == ["g.graph", "--output", "out"] + quick)
            let parameters = try #require(report["parameters"] as? [String: Any])
            #expect(parameters["iterations"] as? Int == 4)
            #expect(parameters["sigma"] as? Double == 0.02)
            #expect(parameters["image"] as? String == "image.npy")
            #expect(try #require(report["peakMemoryBytes"] as? Int) > 1 << 20)
            let perNode = try #require(report["secondsPerNode"] as? [String: Double])
            #expect(perNode.keys.contains("gradient") && perNode.keys.contains("denoised"))
            #expect(perNode.values.reduce(0, +) <= (report["seconds"] as? Double ?? 0))
            #expect((report["workers"] as? [[String: Any]])?.map { $0["name"] as? String } == ["worker 0"])
            let versions = try #require(report["versions"] as? [String: String])
            #expect(versions.keys.contains("FFTW") && versions.keys.contains("OpenBLAS"))
            #expect(versions.values.allSatisfy { !$0.isEmpty })
        }

        @Test("run.json counts the bytes on every link")
        func links() async throws {
            let here = try await finishedRun()
            try NPY.write(Samples.image(3, 192, 160), to: here.path("image.npy"))
            _ = try await here.start(
                ["g.graph", "--workers", "2", "--set", "tile=64", "--output", "two"] + quick, by: "graphrun"
            ).outcome()
            let links = try #require(try here.object("two/run.json")["links"] as? [[String: Any]])
            #expect(links.map { $0["from"] as? String } == ["worker 0", "worker 1"])
            #expect(links.map { $0["to"] as? String } == ["worker 1", "worker 0"])
            // Boxes of images of three channels; how many there are is a matter of the placement.
            let bytes = links.compactMap { $0["bytesPerIteration"] as? Int }
            #expect(bytes.allSatisfy { $0 > 0 && $0 % (4 * 3) == 0 })
            let workers = try #require(try here.object("two/run.json")["workers"] as? [[String: Any]])
            #expect(workers.compactMap { $0["bytesOutPerIteration"] as? Int } == bytes)
        }

        @Test("trace.json is a trace as Chrome and Perfetto read it")
        func trace() async throws {
            let trace = try await finishedRun().object("out/trace.json")
            let events = try #require(trace["traceEvents"] as? [[String: Any]])
            let names = events.filter { $0["ph"] as? String == "M" }.map { $0["args"] as? [String: Any] }
            #expect(names.map { $0?["name"] as? String } == ["worker 0"])
            let steps = events.filter { $0["ph"] as? String == "X" }
            #expect(steps.count + names.count == events.count)
            for step in steps {
                #expect((step["ts"] as? Double ?? -1) >= 0 && (step["dur"] as? Double ?? -1) >= 0)
                #expect(step["tid"] as? Int == 0 && step["pid"] as? Int == 1)
            }
            let denoised = steps.filter { $0["name"] as? String == "denoised[0]" }
            #expect(denoised.map { ($0["args"] as? [String: Any])?["iteration"] as? Int } == [1, 2, 3, 4])
        }

        @Test("Pictures can be read, and show the result")
        func pictures() async throws {
            let here = try await finishedRun()
            let result = try NPY.read(here.path("out/result.npy"))
            let shown = try PNG.read(here.path("out/result.png")).image
            #expect(result.shape == [1, 3, 32, 32])
            let visible = Tensor(result.type, result.values.map { min(max($0, 0), 1) })
            #expect(maxDifference(shown, visible) <= 0.5 / 255 + 1e-6)
            for name in ["comparison.png", "convergence.png"] {
                let shape = try PNG.read(here.path("out/\(name)")).image.shape
                #expect(shape[2] > 100 && shape[3] > 100, "\(name)")
            }
        }

        @Test("The checkpoint holds the last x, which is the result")
        func checkpoint() async throws {
            let here = try await finishedRun()
            #expect(try here.bytes("out/checkpoint/state-0.npy") == here.bytes("out/result.npy"))
            let header = try here.object("out/checkpoint/checkpoint.json")
            #expect(header["iteration"] as? Int == 4)
            #expect(header["states"] as? [String: String] == ["x": "state-0.npy"])
        }

        @Test("graph.dot is what 'graphrun dot' prints of the graph as it was run")
        func dot() async throws {
            let here = try await finishedRun()
            let printed = try await here.start(["dot", "g.graph", "--rewrite", "all"] + quick, by: "graphrun").outcome()
            #expect(try here.text("out/graph.dot") == printed.output)
        }

        @Test("Without --output it is runs/NAME-TIMESTAMP")
        func defaultFolder() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let outcome = try await here.start(["g.graph"] + quick, by: "graphrun").outcome()
            #expect(outcome.code == 0)
            let runs = try here.names(in: "runs")
            #expect(runs.count == 1)
            #expect(try #require(runs.first).wholeMatch(of: #/pnp-\d{4}-\d{2}-\d{2}-\d{6}/#) != nil)
            #expect(outcome.outputLines.last == "result and pictures: runs/\(runs.first ?? "")")
        }

        @Test("A graph without a loop leaves a result, and no checkpoint to go on from")
        func noLoop() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            _ = try await here.run("emit", "denoise", "--set", "image=image.npy", "-o", "d.graph", by: "graphs")
            let outcome = try await here.run("d.graph", "--output", "out")
            #expect(outcome.code == 0)
            #expect(
                try here.names(in: "out") == [
                    "comparison.png", "graph.dot", "metrics.csv", "result.npy", "result.png", "run.json", "trace.json",
                ])
        }
    }
}
