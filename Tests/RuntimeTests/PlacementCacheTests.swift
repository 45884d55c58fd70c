import Foundation
import GraphModel
import Runtime
import Scheduling
import TestSupport
import Testing

@Suite("Placements that are kept")
struct PlacementCacheTests {
    private func workers(_ count: Int, gflops: Double = 1, memory: Int? = nil) -> [Worker] {
        (0..<count).map { index in
            var worker = HostFile(local: count, threads: 1).workers[index]
            worker.memory = memory
            worker.speeds = Speeds(operations: gflops * 1e9, memory: 1e10)
            return worker
        }
    }

    private func kept(_ folder: TemporaryFolder) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.file("placements"))) ?? []).sorted()
    }

    @Test(
        "are found again for the same graph and workers like those, and give the same plan",
        arguments: 1...6 as ClosedRange<UInt64>)
    func again(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let cache = PlacementCache(folder: folder.path, program: "1")
        let expansion = try randomGraph(seed)
        let first = try cache.plan(expansion, workers: workers(3), links: .inProcess)
        let files = kept(folder)
        #expect(files.count == 1)
        let again = try cache.plan(expansion, workers: workers(3, gflops: 1.03), links: .inProcess)
        #expect(kept(folder) == files)
        #expect(again.placement == first.placement)
        #expect(try again.canonicalBytes() == first.canonicalBytes())
    }

    @Test("are not for another graph, other workers, links or programs")
    func others() throws {
        let folder = try TemporaryFolder()
        func plan(_ seed: UInt64 = 1, _ workers: [Worker], _ links: Links = .inProcess, program: String = "1") throws {
            _ = try PlacementCache(folder: folder.path, program: program)
                .plan(randomGraph(seed), workers: workers, links: links)
        }
        try plan(1, workers(1))
        #expect(kept(folder) == [], "one worker has one placement")
        try plan(1, workers(2))
        try plan(2, workers(2))
        try plan(1, workers(3))
        try plan(1, workers(2, gflops: 10))
        try plan(1, workers(2, memory: 1 << 40))
        try plan(1, workers(2), Links(Link(latency: 1, bandwidth: 1)))
        try plan(1, workers(2), program: "2")
        #expect(kept(folder).count == 7)
    }

    @Test("that are damaged, or need more memory than there is, are looked for anew")
    func damage() throws {
        let folder = try TemporaryFolder()
        let cache = PlacementCache(folder: folder.path, program: "1")
        let expansion = try randomGraph(3)
        let truth = try cache.plan(expansion, workers: workers(2), links: .inProcess)
        let file = folder.file("placements/\(try #require(kept(folder).first))")
        for text in [
            "", "{", #"{"homes": [0]}"#,
            #"{"homes": [\#(Array(repeating: "7", count: expansion.instances.count).joined(separator: ","))]}"#,
        ] {
            try Data(text.utf8).write(to: URL(filePath: file))
            let plan = try cache.plan(expansion, workers: workers(2), links: .inProcess)
            #expect(plan.placement == truth.placement)
        }
        // A pipe would never end.
        try FileManager.default.removeItem(atPath: file)
        try #require(mkfifo(file, 0o600) == 0)
        #expect(try cache.plan(expansion, workers: workers(2), links: .inProcess).placement == truth.placement)
        #expect(FileManager.default.fileExists(atPath: file))
        let homes = truth.homes(of: expansion)
        #expect(throws: PlanError.self) {
            try Plan.best(expansion, workers: workers(2, memory: 1), links: .inProcess, remembered: homes)
        }
    }
}
