import GraphModel
import Runtime
import Scheduling
import TensorMath
import Tensors
import TestSupport
import Testing

/// Promise 1: the result is byte-identical for any number of workers and any placement, and run to run.
@Suite("Promise: same bits", .timeLimit(.minutes(10)))
struct SameBitsTests {
    static let modes = TileMode.allCases

    private func settings(_ folder: TemporaryFolder, _ mode: TileMode, network: Bool) throws -> [String: String] {
        [
            "image": try folder.image([1, 3, 71, 58]), "iterations": "3", "tiles": mode.rawValue, "tile": "24",
            "overlap": "8", "tv-iterations": "6", "weights": network ? try folder.smallNetwork() : "",
        ]
    }

    @Test("any number of workers gives what the sequential oracle gives", arguments: modes, [false, true])
    func workers(_ mode: TileMode, network: Bool) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, mode, network: network))
        let truth = try job.oracle("result")
        #expect(truth.count == 1)
        for workers in [1, 2, 3, 7] {
            #expect(try job.run("result", workers: workers) == truth, "\(workers) workers")
        }
    }

    @Test("two threads a worker agree with two threads of the oracle", arguments: [false, true])
    func threads(network: Bool) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, .exact, network: network))
        let truth = try job.oracle("result", threads: 2)
        for workers in [1, 2, 3] {
            #expect(try job.run("result", workers: workers, threads: 2) == truth, "\(workers) workers")
        }
    }

    @Test(
        "Winograd convolutions too", .enabled(if: Libraries.hasWinograd, "this oneDNN has no Winograd convolutions"),
        arguments: modes)
    func winograd(_ mode: TileMode) throws {
        let folder = try TemporaryFolder()
        var settings = try settings(folder, mode, network: true)
        settings["weights"] = try folder.smallNetwork(features: 48)
        let direct = try Job("pnp", settings).oracle("result")
        settings["convolutions"] = "winograd"
        let job = try Job("pnp", settings)
        let truth = try job.oracle("result")
        #expect(truth != direct)
        for workers in [1, 2, 3, 7] {
            #expect(try job.run("result", workers: workers) == truth, "\(workers) workers")
        }
        #expect(try job.run("result", workers: 2, threads: 2) == job.oracle("result", threads: 2))
    }

    @Test("any placement gives the same", arguments: 1...12 as ClosedRange<UInt64>)
    func placement(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, .exact, network: seed % 4 == 0))
        let truth = try job.oracle("result")
        let workers = 2 + Int(seed % 4)
        let placement = job.randomPlacement(workers: workers, seed: seed)
        #expect(try job.run("result", workers: workers, placement: placement) == truth)
    }

    @Test("every run of the same gives the same")
    func repeats() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, .blend, network: true))
        let first = try job.run(workers: 3)
        for _ in 0..<5 {
            let again = try job.run(workers: 3)
            #expect(again.kept == first.kept)
            #expect(again.records.map(\.metrics) == first.records.map(\.metrics))
        }
    }

    @Test("a run that goes on from its states gives the same")
    func resumed() throws {
        let folder = try TemporaryFolder()
        let settings = try settings(folder, .exact, network: false)
        let job = try Job("pnp", settings)
        let whole = try job.run(workers: 2)
        let half = try Job("pnp", settings.merging(["iterations": "2"]) { $1 }).run(workers: 3)
        #expect(half.iterations == 2)
        let rest = try job.run(workers: 1, checkpoint: (2, half.states))
        #expect(rest.kept == whole.kept)
        #expect(rest.records.map(\.iteration) == [0, 3])
    }

    @Test(
        "the photograph with trained weights, at its own size",
        .enabled(if: SharedFiles.data.exist, "the photographs in ../shared/data are not here"))
    func photograph() throws {
        let job = try Job(
            "pnp",
            [
                "image": SharedFiles.data.path("images/seed_102061_767x512.png"), "iterations": "1",
                "weights": SharedFiles.data.path("ffdnet_color.safetensors"),
            ])
        let truth = try job.oracle("result")
        for workers in [1, 2, 3, 7] {
            #expect(try job.run("result", workers: workers) == truth, "\(workers) workers")
        }
    }
}
