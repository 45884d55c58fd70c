internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    @Suite("Workers")
    struct WorkersTests {
        @Test("Any number of workers gives the same bytes")
        func sameBits() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2 threads=1  # two\n\n# and one more\nlocalhost\n", to: "hosts.txt")
            var results: [Data] = []
            for (number, workers) in ["1", "2", "3", "7", "hosts.txt"].enumerated() {
                let outcome = try await here.run(
                    "g.graph", "--workers", workers, "--threads", "1", "--set", "tile=16", "--set", "iterations=5",
                    "--set", "tv-iterations=9", "--output", "out\(number)")
                #expect(outcome.code == 0, "\(outcome.errors)")
                results.append(try here.bytes("out\(number)/result.npy"))
                let listed = try #require(try here.object("out\(number)/run.json")["workers"] as? [[String: Any]])
                #expect(listed.count == (Int(workers) ?? 3))
                #expect(listed.allSatisfy { $0["threads"] as? Int == 1 })
            }
            #expect(Set(results).count == 1)
            let lines = results.first.map { $0.count }
            #expect(lines == 128 + 4 * 3 * 32 * 32, "a header and the pixels")
        }
    }
}
