internal import Foundation
internal import TensorFiles
internal import Tensors
internal import Testing

extension CommandLineSuite {
    /// Metrics of graphs without a state, and numbers that JSON lacks.
    @Suite("Metrics that are known before the loop")
    struct MetricsTests {
        /// Compares two pairs of files; the loop is there only where it is asked for.
        private func workplace(loop: Bool = false) throws -> Workplace {
            let here = try Workplace()
            try NPY.write(Samples.image(1, 8, 9), to: here.path("a.npy"))
            try NPY.write(Tensor([1, 1, 8, 9], [Float](repeating: 0.25, count: 72)), to: here.path("b.npy"))
            try NPY.write(Tensor([1, 1, 8, 9]), to: here.path("zero.npy"))
            func load(_ name: String) -> String {
                #"{ "id": "\#(name)", "kind": "load", "settings": { "layout": "image", "path": "\#(name).npy" } }"#
            }
            let state = #"""
                , { "id": "x", "initial": "a", "next": "next" },
                { "id": "next", "inputs": ["x"], "kind": "scale", "settings": { "factor": 0.5 } },
                { "id": "residual", "inputs": ["x", "next"], "kind": "relative-change" }
                """#
            try here.write(
                """
                { "axes": [], "graphrun": 1, "iterations": { "parameter": "iterations" }, "name": "compare",
                "options": {}, "parameters": [{ "help": "", "maximum": 9, "minimum": 1, "name": "iterations",
                "sort": "integer", "value": 2 }],
                "metrics": ["same", "other", "change"\(loop ? #", "residual""# : "")],
                "nodes": [\(["a", "b", "zero"].map(load).joined(separator: ", ")),
                { "id": "same", "inputs": ["a", "a"], "kind": "psnr" },
                { "id": "other", "inputs": ["a", "b"], "kind": "psnr" },
                { "id": "change", "inputs": ["zero", "zero"], "kind": "relative-change" }\(loop ? state : "")],
                "outputs": { "result": "\(loop ? "x" : "a")" }, "summary": "" }
                """, to: "g.graph")
            return here
        }

        private func objects(_ outcome: Outcome) throws -> [[String: Any]] {
            try outcome.outputLines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }

        @Test("are kept in row 0 of metrics.csv and in run.json, of a graph without a state")
        func alone() async throws {
            let here = try workplace()
            let outcome = try await here.run("g.graph", "--output", "out")
            #expect(outcome.code == 0, "\(outcome.errors)")
            let rows = try here.text("out/metrics.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            #expect(rows.count == 2 && rows[0] == ["iteration", "same", "other", "change", "seconds"])
            #expect(rows[1].prefix(2) == ["0", "inf"] && rows[1][3] == "0.0")
            let other = try #require(Double(rows[1][2]))
            let metrics = try #require(try here.object("out/run.json")["metrics"] as? [String: Any])
            #expect(abs(try #require(metrics["other"] as? Double) - other) < 1e-4)
            #expect(metrics["same"] is NSNull && metrics["change"] as? Double == 0)
            #expect(outcome.output.contains("before the loop  same inf  other "))
        }

        @Test("stand above the iterations of a loop, also in a run that goes on")
        func withLoop() async throws {
            let here = try workplace(loop: true)
            #expect(try await here.run("g.graph", "--output", "out").code == 0)
            let rows = try here.text("out/metrics.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            #expect(rows.map(\.first) == ["iteration", "0", "1", "2"])
            #expect(rows[0] == ["iteration", "same", "other", "change", "residual", "seconds"])
            #expect(rows[1][4] == "" && rows[1][1] == "inf")
            #expect(rows[2][1...3].allSatisfy { $0 == "" } && Double(rows[2][4]) == 1)
            let metrics = try #require(try here.object("out/run.json")["metrics"] as? [String: Any])
            #expect(metrics["residual"] as? Double == 1 && metrics["other"] is Double && metrics["same"] is NSNull)
            // Whoever draws the run reads that file.
            #expect(try await here.run("dot", "g.graph", "--run", "out").code == 0)

            let resumed = try await here.run("g.graph", "--resume", "out", "--set", "iterations=4")
            #expect(resumed.code == 0, "\(resumed.errors)")
            let all = try here.text("out/metrics.csv").split(separator: "\n").map { $0.split(separator: ",").first }
            #expect(all == ["iteration", "0", "1", "2", "3", "4"])
        }

        @Test("that are no number or infinite are null wherever a script reads them", arguments: [false, true])
        func null(loop: Bool) async throws {
            let here = try workplace(loop: loop)
            let outcome = try await here.run("g.graph", "--output", "out", "--json")
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
            let lines = try objects(outcome)
            let first = try #require(
                lines.first { $0["event"] as? String == "iteration" }?["metrics"] as? [String: Any])
            let last = try #require(lines.last?["metrics"] as? [String: Any])
            for metrics in [first, last] {
                #expect(metrics["same"] is NSNull && metrics["change"] as? Double == 0 && metrics["other"] is Double)
            }
            #expect(lines.last?["event"] as? String == "end")
            #expect(!outcome.output.contains("inf\""))
            // A reader that knows JSON only.
            guard Programs.installed("python3") != nil else { return }
            let strict = "import json, sys; json.load(sys.stdin, parse_constant=sys.exit)"
            #expect(try await here.shell("python3 -c '\(strict)' < out/run.json").code == 0)
        }
    }
}
