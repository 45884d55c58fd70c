internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    @Suite("Machines that are not there")
    struct SimulateTests {
        private static let spec = """
            {"count": 40, "gflops": 10, "memory": 8e9, "bandwidth": 1.25e9, "latency": 20e-6}
            """

        private func workplace() async throws -> Workplace {
            let here = try Workplace()
            try await here.preparePnP()
            try NPY.write(Samples.image(3, 192, 160), to: here.path("image.npy"))
            return here
        }

        private func lines(_ here: Workplace, _ spec: String) async throws -> [[String: Any]] {
            try here.write(spec, to: "spec.json")
            let outcome = try await here.run(
                "simulate", "g.graph", "--hosts-spec", "spec.json", "--set", "tile=32", "--json")
            #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
            return try outcome.outputLines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }

        @Test("A row for one to all of them, never slower with more")
        func rows() async throws {
            let here = try await workplace()
            let rows = try await lines(here, Self.spec)
            #expect(rows.map { $0["workers"] as? Int } == [1, 2, 5, 10, 20, 40])
            let seconds = rows.compactMap { $0["secondsPerIteration"] as? Double }
            for (fewer, more) in zip(seconds, seconds.dropFirst()) { #expect(more <= fewer * 1.0001) }
            let speedUps = rows.compactMap { $0["speedUp"] as? Double }
            #expect(speedUps.first == 1 && speedUps[1] > 1.5)
            for (row, speedUp) in zip(rows, speedUps) { #expect(speedUp <= Double(row["workers"] as? Int ?? 0) + 1e-9) }
            #expect(rows.allSatisfy { $0["fits"] as? Bool == true })
            #expect(try here.names() == ["g.graph", "image.npy", "spec.json"])
            let table = try await here.run("simulate", "g.graph", "--hosts-spec", "spec.json", "--set", "tile=32")
            #expect(table.outputLines.count == 8 && table.outputLines[0].hasPrefix("workers  used  s/iteration"))
        }

        @Test("A slow network is worth one worker, a small memory is told")
        func limits() async throws {
            let here = try await workplace()
            let slow = try await lines(
                here, #"{"count": 10, "gflops": 10, "memory": 8e9, "bandwidth": 1e4, "latency": 1}"#)
            #expect(slow.compactMap { $0["speedUp"] as? Double }.allSatisfy { abs($0 - 1) < 0.02 })
            let small = try await lines(
                here, #"{"count": 2, "gflops": 10, "memory": 1e5, "bandwidth": 1e9, "latency": 0}"#)
            #expect(small.allSatisfy { $0["fits"] as? Bool == false })
        }

        @Test(
            "What is wrong with a description is one line",
            arguments: [
                ("", "this is no JSON"), ("[1]", "this is no JSON object"), ("{}", "'count' is missing"),
                (#"{"count": 1.5}"#, "'count' is no number of the right sort"),
                (#"{"count": 1, "gflops": "fast"}"#, "'gflops' is no number of the right sort"),
                (
                    #"{"count": 0, "gflops": 1, "memory": 1, "bandwidth": 1, "latency": 0}"#,
                    "'count' is 0; it must be from 1 to 100000"
                ),
                (
                    #"{"count": 1, "gflops": -1, "memory": 1, "bandwidth": 1, "latency": 0}"#,
                    "'gflops' is -1.0; it must be above 0"
                ),
                (
                    #"{"count": 1, "gflops": 1, "memory": 1, "bandwidth": 1, "latency": 1e9}"#,
                    "'latency' is 1000000000.0; it must be from 0 to 3600 seconds"
                ),
            ])
        func mistakes(_ spec: String, _ complaint: String) async throws {
            let here = try await workplace()
            try here.write(spec, to: "spec.json")
            let outcome = try await here.run("simulate", "g.graph", "--hosts-spec", "spec.json")
            #expect(outcome.code == 2 && outcome.errorLines.count == 1)
            #expect(outcome.errors.hasPrefix("graphrun: spec.json: \(complaint)"), "\(outcome.errors)")
        }

        @Test("A host list whose memory does not suffice is refused, and its workers are gone")
        func memory() async throws {
            let here = try await workplace()
            try here.write("localhost slots=2 memory=20MB\n", to: "hosts.txt")
            let outcome = try await here.run("g.graph", "--workers", "hosts.txt", "--output", "out")
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 2)
            for line in outcome.errorLines {
                #expect(
                    line.contains(
                        #/worker \d may use 20 MB of memory, and its process takes \d+ MB before it computes anything; let it use more/#
                    ),
                    "\(outcome.errors)")
            }
            #expect(try !here.names().contains("out"))
            #expect(try await Leftovers.processes() == [])
        }
    }
}
