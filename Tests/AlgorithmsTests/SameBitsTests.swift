import Algorithms
import Foundation
import GraphModel
import Kernels
import Runtime
import Scheduling
import TensorFiles
import Tensors
import TestSupport
import Testing

/// A small deblurring problem that needs no fixture, with a denoiser over tiles.
struct SmallProblem: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let build: @Sendable (GraphBuilder, DataTerm, Value, @escaping (Value, Value?) -> Value) -> Iteration

    init(
        _ name: String,
        _ build: @escaping @Sendable (GraphBuilder, DataTerm, Value, @escaping (Value, Value?) -> Value) -> Iteration
    ) {
        testDescription = name
        self.build = build
    }

    static let all = [
        SmallProblem("proximal gradient, measured step") { g, data, start, denoise in
            g.proximalGradient(data, from: start) { denoise($0, nil) }
        },
        SmallProblem("FISTA") { g, data, start, denoise in
            g.acceleratedProximalGradient(data, from: start, step: 0.3) { denoise($0, nil) }
        },
        SmallProblem("RED") { g, data, start, denoise in
            g.regularizationByDenoising(data, from: start, step: 0.3, weight: 0.3) { denoise($0, nil) }
        },
        SmallProblem("HQS by conjugate gradients") { g, data, start, denoise in
            g.halfQuadraticSplitting(
                data, from: start, gamma: g.add("gamma", Number(1.5)), solver: .conjugateGradients(steps: 3)
            ) { denoise($0, nil) }
        },
        SmallProblem("DPIR") { g, data, start, denoise in
            g.dpir(data, from: start, noise: 0.04, iterations: 6, denoise: { denoise($0, $1) })
        },
        SmallProblem("ADMM") { g, data, start, denoise in
            g.admm(data, from: start, gamma: g.add("gamma", Number(1))) { denoise($0, nil) }
        },
        SmallProblem("Douglas-Rachford") { g, data, start, denoise in
            g.douglasRachford(data, from: start, gamma: g.add("gamma", Number(1)), relaxation: 0.8) {
                denoise($0, nil)
            }
        },
        SmallProblem("Chambolle-Pock") { g, data, start, denoise in
            g.chambollePock(data, from: start, step: 0.6, dualStep: 0.5) { denoise($0, nil) }
        },
        SmallProblem("conjugate gradients") { g, data, start, _ in
            g.conjugateGradients(data, from: start, weight: 0.05)
        },
    ]

    /// The graph, on an image in `folder`, until the residual is below a tolerance.
    func graph(_ folder: TemporaryFolder, tolerance: Double = 0, iterations: Int = 6) throws -> Graph {
        let image = try folder.image([1, 2, 37, 31])
        return try Graph("small", summary: "") { g in
            let shard = g.axis("shard", count: 3)
            let truth = g.add("truth", Load(Setting(image)))
            let blur = Blur([
                .gaussian(sigma: [1, 1], angle: 0), .gaussian(sigma: [1.5, 1.5], angle: 0),
                .gaussian(sigma: [1, 2], angle: 30),
            ])
            let y = g.add(
                "y", GaussianNoise(sigma: [0.03], seed: 1), g.add("blurred", Measure(blur), truth, over: shard),
                over: shard)
            let denoiser = Denoiser(tvWeight: 0.5, tvIterations: 4)
            let loop = build(g, DataTerm(blur, y, over: shard), g.add("start", Zeros(), truth)) { image, level in
                let tile = g.tiles("tile", of: image, mode: Setting(.exact), size: 16, overlap: 4, denoiser: denoiser)
                guard let level else {
                    return g.denoised("next", image, by: Denoise(denoiser, sigma: 0.04), over: tile)
                }
                return g.denoised("next", image, by: denoiser, level: level, over: tile)
            }
            g.loop(Setting(iterations))
            g.stop(when: loop.residual, below: Setting(tolerance), for: 1)
            g.output("result", loop.x)
        }
    }
}

/// Promise 1 for every algorithm.
@Suite("Algorithms, same bits", .timeLimit(.minutes(10)))
struct SameBitsTests {
    @Test("by any number of workers, as written and rewritten", arguments: SmallProblem.all, Rewriting.allCases)
    func workers(_ problem: SmallProblem, rewriting: Rewriting) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let graph = try problem.graph(folder)
        let truth = try await graph.run(on: .local(workers: 1, threads: 1), rewriting: rewriting)
        #expect(try #require(truth["result"]).values.allSatisfy(\.isFinite))
        for workers in [2, 3] {
            let other = try await graph.run(on: .local(workers: workers, threads: 1), rewriting: rewriting)
            #expect(other["result"] == truth["result"], "\(workers) workers")
        }
    }

    @Test("rewriting changes no more than rounding", arguments: SmallProblem.all)
    func rewriting(_ problem: SmallProblem) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let graph = try problem.graph(folder)
        let written = try await graph.run(rewriting: .none)
        let rewritten = try await graph.run(rewriting: .all)
        let off = relativeDifference(try #require(rewritten["result"]), reference: try #require(written["result"]))
        #expect(off < 2e-5)
    }

    @Test("a tolerance ends each in the same iteration", arguments: SmallProblem.all)
    func stopping(_ problem: SmallProblem) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let graph = try problem.graph(folder, tolerance: 0.05, iterations: 500)
        let truth = try await graph.run(on: .local(workers: 1, threads: 1))
        #expect(truth.ending == .converged(after: truth.iterations - 1) && truth.iterations > 2)
        for workers in [2, 3] {
            let other = try await graph.run(on: .local(workers: workers, threads: 1))
            #expect(other.iterations == truth.iterations && other["result"] == truth["result"], "\(workers) workers")
        }
    }

    @Test("ended in the middle of a schedule, and gone on with by other workers", arguments: SmallProblem.all)
    func resumed(_ problem: SmallProblem) throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        func run(
            iterations: Int, workers: Int, from checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil
        ) throws -> RunResult {
            let files = GraphFiles(folder: "")
            let expansion = try problem.graph(folder, iterations: iterations).expand(FileFacts(files))
                .rewritten(.all, workers: workers, FileFacts(files))
            let plan = Plan(expansion, workers: HostFile(local: workers, threads: 1).workers, links: .inProcess)
            return try InProcessRun(
                plan, catalog: .standard, files: files, log: MetricsLog(), checkpoint: checkpoint
            ).run()
        }
        let whole = try run(iterations: 6, workers: 1)
        let half = try run(iterations: 3, workers: 2)
        let rest = try run(iterations: 6, workers: 3, from: (3, half.states))
        #expect(whole.kept["x"] == rest.kept["x"] && whole.kept["x"] != nil)
        #expect(whole.kept["x"] != half.kept["x"])
    }
}
