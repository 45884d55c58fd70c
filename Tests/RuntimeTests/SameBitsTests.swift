import GraphModel
import Runtime
import Scheduling
import TensorMath
import Tensors
import TestSupport
import Testing

/// Promise 1: the result is byte-identical for any number of workers and any placement, and run to run.
@Suite("Promise: same bits", .timeLimit(.minutes(30)))
struct SameBitsTests {
    static let modes = TileMode.allCases

    private func settings(_ folder: TemporaryFolder, _ mode: TileMode, network: Bool) throws -> [String: String] {
        [
            "image": try folder.image([1, 3, 71, 58]), "iterations": "3", "tiles": mode.rawValue, "tile": "24",
            "overlap": "8", "tv-iterations": "6", "weights": network ? try folder.smallNetwork() : "",
        ]
    }

    /// A tile mode with a denoiser, for the graph as it is written and rewritten.
    struct Case: Sendable, CustomTestStringConvertible {
        let mode: TileMode
        let network: Bool
        let rewriting: Rewriting

        var testDescription: String {
            "\(mode.rawValue), \(network ? "network" : "total variation"), --rewrite \(rewriting.rawValue)"
        }

        static let all = TileMode.allCases.flatMap { mode in
            [false, true].flatMap { network in
                Rewriting.allCases.map { Case(mode: mode, network: network, rewriting: $0) }
            }
        }
    }

    @Test("any number of workers gives what the sequential oracle gives", arguments: Case.all)
    func workers(_ sample: Case) throws {
        let folder = try TemporaryFolder()
        let job = try Job(
            "pnp", settings(folder, sample.mode, network: sample.network), rewriting: sample.rewriting)
        let truth = try job.oracle("result")
        #expect(truth.count == 1)
        for workers in [1, 2, 3, 7] {
            #expect(try job.run("result", workers: workers) == truth, "\(workers) workers")
        }
    }

    @Test(
        "two threads a worker agree with two threads of the oracle", arguments: Case.all.filter { $0.mode == .exact })
    func threads(_ sample: Case) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, .exact, network: sample.network), rewriting: sample.rewriting)
        let truth = try job.oracle("result", threads: 2)
        for workers in [1, 2, 3] {
            #expect(try job.run("result", workers: workers, threads: 2) == truth, "\(workers) workers")
        }
    }

    @Test(
        "Winograd convolutions too", .enabled(if: Libraries.hasWinograd, "this oneDNN has no Winograd convolutions"),
        arguments: modes, Rewriting.allCases)
    func winograd(_ mode: TileMode, rewriting: Rewriting) throws {
        let folder = try TemporaryFolder()
        var settings = try settings(folder, mode, network: true)
        settings["weights"] = try folder.smallNetwork(features: 48)
        let direct = try Job("pnp", settings, rewriting: rewriting).oracle("result")
        settings["convolutions"] = "winograd"
        let job = try Job("pnp", settings, rewriting: rewriting)
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
        let job = try Job(
            "pnp", settings(folder, .exact, network: seed % 4 == 0), rewriting: seed % 2 == 0 ? .all : .none)
        let truth = try job.oracle("result")
        let workers = 2 + Int(seed % 4)
        let placement = try job.randomPlacement(workers: workers, seed: seed)
        #expect(try job.run("result", workers: workers, placement: placement) == truth)
    }

    @Test("every run of the same gives the same")
    func repeats() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, .blend, network: true), rewriting: .all)
        let first = try job.run(workers: 3)
        for _ in 0..<5 {
            let again = try job.run(workers: 3)
            #expect(again.kept == first.kept)
            #expect(again.records.map(\.metrics) == first.records.map(\.metrics))
        }
    }

    @Test("a run that goes on from its states gives the same", arguments: Rewriting.allCases)
    func resumed(_ rewriting: Rewriting) throws {
        let folder = try TemporaryFolder()
        let settings = try settings(folder, .exact, network: false)
        let job = try Job("pnp", settings, rewriting: rewriting)
        let whole = try job.run(workers: 2)
        let short = try Job("pnp", settings.merging(["iterations": "2"]) { $1 }, rewriting: rewriting)
        let half = try short.run(workers: 2)
        #expect(half.iterations == 2)
        let states = try Checkpoint(short.expansion(workers: 2), iteration: 2, states: half.states)
        let rest = try job.run(workers: 1, checkpoint: (2, states.states(for: job.expansion)))
        #expect(rest.result(job.expansion) == whole.result(try job.expansion(workers: 2)))
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
            ], rewriting: .all)
        let truth = try job.oracle("result")
        for workers in [1, 2, 3, 7] {
            #expect(try job.run("result", workers: workers) == truth, "\(workers) workers")
        }
    }
}

extension RunResult {
    /// The values of the output `result` of a run of `expansion`.
    fileprivate func result(_ expansion: Expansion) -> [Tensor] {
        (expansion.output("result") ?? []).compactMap { kept[$0.id] }
    }
}
