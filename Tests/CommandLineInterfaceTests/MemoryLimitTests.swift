internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    /// Limits on the memory of a process, as batch systems set them.
    @Suite("Limits on memory")
    struct MemoryLimitTests {
        private func limited(_ here: Workplace, _ option: String, _ kilobytes: Int, _ words: String) async throws
            -> Outcome
        {
            try await here.shell("ulimit \(option) \(kilobytes); exec '\(try Programs.path("graphrun"))' \(words)")
        }

        /// The least limit, in steps, at which the program's libraries can be loaded at all.
        private func least(_ here: Workplace, _ option: String) async throws -> Int {
            for kilobytes in stride(from: 10_000, through: 4_000_000, by: 10_000) {
                let outcome = try await limited(here, option, kilobytes, "--help")
                if outcome.code == 0 || outcome.errors.hasPrefix("graphrun: ") { return kilobytes }
            }
            throw Programs.Missing(description: "the program starts under no limit")
        }

        /// No crash, and no word of anybody's but ours.
        private func expectWords(_ outcome: Outcome, _ limit: Int, codes: Set<Int32>) {
            #expect(codes.contains(outcome.code), "\(limit): \(outcome.code): \(outcome.errors)")
            #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("graphrun: ") }, "\(limit): \(outcome.errors)")
        }

        @Test(
            "A run that does not fit is refused with a limit that would do, and does fit then",
            arguments: ["-v", "-d"], ["--workers 1 --threads 1", "--workers 3 --threads 2"])
        func run(option: String, workers: String) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            let words =
                "g.graph \(workers) --set denoiser=graphrun-color --set iterations=1 --set tile=16 --quiet --output out"
            var kilobytes = try await least(here, option)
            var refusals = 0
            while true {
                let outcome = try await limited(here, option, kilobytes, words)
                expectWords(outcome, kilobytes, codes: [0, 2])
                guard outcome.code == 2 else { break }
                refusals += 1
                #expect(outcome.errorLines.count == 1 && outcome.output == "")
                #expect(try !here.names().contains("out"))
                let advice = try #require(
                    outcome.errors.firstMatch(of: #/raise it to \d+ bytes.* \(ulimit (-[vd]) (\d+)\)/#))
                #expect(advice.1 == option)
                let enough = try #require(Int(advice.2))
                #expect(enough > kilobytes)
                kilobytes += 20_000
                if outcome.errors.contains("g.graph: the run needs ") {
                    #expect(outcome.errors.contains(" MB of memory, stacks of threads included, and of the limit of "))
                    // What is taken before a run varies by some pages.
                    let again = try await limited(here, option, enough + 2_000, words)
                    #expect(again.code == 0, "\(enough): \(again.errors)")
                    try FileManager.default.removeItem(atPath: here.path("out"))
                }
            }
            #expect(refusals > 0)
            _ = try await here.run(
                "g.graph", "--set", "denoiser=graphrun-color", "--set", "iterations=1", "--set", "tile=16", "--workers",
                "1", "--threads", "1", "--quiet", "--output", "free")
            // Threads, not memory, are what bits may hang on.
            if workers.hasSuffix("--threads 1") {
                #expect(try here.bytes("out/result.npy") == here.bytes("free/result.npy"))
            }
        }

        @Test(
            "Other commands: done, or refused in words",
            arguments: ["check g.graph", "denoise image.npy o.npy --sigma 0.1"])
        func others(words: String) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            var kilobytes = try await least(here, "-v")
            while true {
                let outcome = try await limited(here, "-v", kilobytes, words)
                expectWords(outcome, kilobytes, codes: [0, 1, 2])
                if outcome.code == 0 { break }
                kilobytes += 10_000
            }
        }

        @Test("Workers that a run starts are under the same limit each, and plans heed it")
        func workers() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try here.write("localhost slots=2 threads=1\n", to: "hosts.txt")
            let words = "g.graph --workers hosts.txt --set tile=16 --set iterations=1 --set tv-iterations=5 --quiet"
            var kilobytes = try await least(here, "-v")
            var sawWorkers = false
            while true {
                let outcome = try await limited(here, "-v", kilobytes, "\(words) --output out")
                expectWords(outcome, kilobytes, codes: [0, 2])
                if outcome.code == 0 { break }
                // Too little for the idle process, or for what it is to compute.
                sawWorkers =
                    sawWorkers || outcome.errors.contains(#/worker 0 needs \d+ MB of memory and may use \d+ MB/#)
                    || outcome.errors.contains(#/worker 0 may use \d+ MB of memory, and its process takes \d+ MB/#)
                kilobytes += 25_000
            }
            #expect(sawWorkers)
        }

        @Test("A picture for which there is no memory is named")
        func file() async throws {
            let here = try Workplace()
            // As long as the largest picture; the disk holds nothing of it.
            try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]).write(to: URL(filePath: here.path("large.png")))
            let handle = try #require(FileHandle(forWritingAtPath: here.path("large.png")))
            try handle.truncate(atOffset: 4_000_000_000)
            try handle.close()
            let limit = try await least(here, "-v") + 100_000
            let outcome = try await limited(here, "-v", limit, "denoise large.png o.png --sigma 0.1")
            #expect(outcome.code == 2)
            #expect(
                outcome.errors.wholeMatch(
                    of: #/graphrun: large.png: there is no memory for it: \d+ bytes more are not to be had; .*\n/#)
                    != nil,
                "\(outcome.errors)")
        }
    }
}
