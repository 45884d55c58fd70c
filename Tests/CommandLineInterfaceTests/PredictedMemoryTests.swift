internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    @Suite("Memory: foretold and held")
    struct PredictedMemoryTests {
        /// On a machine whose speeds are given, so that the plan is the same everywhere.
        @Test("A worker's process holds what the plan says, and no more", arguments: [1, 2, 3])
        func peaks(workers: Int) async throws {
            let here = try Workplace()
            try NPY.write(Samples.image(3, 640, 512), to: here.path("image.npy"))
            let emitted = try await here.run(
                "emit", "pnp", "--set", "image=image.npy", "--set", "denoiser=total-variation", "-o", "g.graph",
                by: "graphs")
            #expect(emitted.code == 0)
            try here.write("localhost slots=\(workers) threads=1\n", to: "hosts.txt")
            let run = try await here.run(
                "g.graph", "--workers", "hosts.txt", "--set", "iterations=3", "--set", "tv-iterations=5", "--set",
                "tile=128", "--quiet", "--output", "out")
            #expect(run.code == 0, "\(run.errors)")
            let all = try #require(try here.object("out/run.json")["workers"] as? [[String: Any]])
            #expect(all.count == workers)
            for worker in all {
                let held = try #require(worker["peakMemoryBytes"] as? Int)
                let foretold = try #require(worker["predictedPeakMemoryBytes"] as? Int)
                let planned = try #require(worker["memoryBytes"] as? Int)
                // Enough for it to show whether the plan is right.
                #expect(planned > 10 << 20)
                // Beside what it computes with, a process keeps a little for messages and the allocator.
                #expect(held <= foretold + planned / 4 + 8 << 20, "held \(held), foretold \(foretold)")
                #expect(held >= foretold - planned / 4, "held \(held), foretold \(foretold)")
            }
        }
    }
}
