import Algorithms
import GraphModel
import Kernels
import Runtime
import Synchronization
import TensorFiles
import Tensors
import TestSupport
import Testing

/// What of algorithms no fixture shows.
@Suite("Algorithms", .timeLimit(.minutes(5)))
struct AlgorithmTests {
    private let blur = Blur([
        .gaussian(sigma: [1, 1], angle: 0), .gaussian(sigma: [1.5, 1.5], angle: 0),
        .gaussian(sigma: [1, 2], angle: 30),
    ])

    /// Three blurs of a random image, real or complex, and what is built on them.
    private func graph(
        _ folder: TemporaryFolder, _ element: ElementType = .float32, iterations: Int = 10,
        _ build: (GraphBuilder, DataTerm, Value) -> Value
    ) throws -> Graph {
        let path = folder.file("image.npy")
        try NPY.write(.random([1, 1, 24, 19], in: 0...1, element: element, seed: 3), to: path)
        return try Graph("small", summary: "") { g in
            let shard = g.axis("shard", count: 3)
            let truth = g.add("truth", Load(Setting(path), as: .array))
            let y = g.add("y", Measure(blur), truth, over: shard)
            g.output("measurement", y)
            g.output("result", build(g, DataTerm(blur, y, over: shard), g.add("start", Zeros(), truth)))
            g.loop(Setting(iterations))
        }
    }

    /// A number that a loop of nothing else reports.
    private func value(_ g: GraphBuilder, _ value: Value) -> Value {
        let state = g.state("kept", initial: value)
        g.next(state, value)
        return state
    }

    @Test("the norm of a stack is measured before the loop", arguments: ElementType.allCases)
    func norm(_ element: ElementType) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let run = try await graph(folder, element) { g, data, start in
            value(g, g.lipschitzConstant("norm", of: data, like: start))
        }.run()
        // Three blurs whose kernels are positive and of sum 1.
        let norm = try #require(run["result"]?.values.first)
        #expect(norm > 2.99 && norm < 3.00001)
    }

    @Test(
        "conjugate gradients come as near as the closed form does, warm from iteration to iteration",
        arguments: ElementType.allCases)
    func proximal(_ element: ElementType) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        func result(_ solver: ProximalSolver) async throws -> (Tensor, Float?) {
            let run = try await graph(folder, element, iterations: 4) { g, data, start in
                g.admm(data, from: start, gamma: g.add("gamma", Number(5)), solver: solver) {
                    g.add("next", Scale(0.9), $0)
                }.x
            }.run()
            return (try #require(run["result"]), run.records.last?.metrics["u-residual"])
        }
        let exact = try await result(.closedForm)
        let (few, fewResidual) = try await result(.conjugateGradients(steps: 2))
        let (many, manyResidual) = try await result(.conjugateGradients(steps: 30))
        #expect(relativeDifference(many, reference: exact.0) < 2e-5)
        #expect(relativeDifference(few, reference: exact.0) > relativeDifference(many, reference: exact.0))
        #expect(try #require(manyResidual) < 1e-5 && #require(fewResidual) > #require(manyResidual))
        #expect(exact.1 == nil)
    }

    @Test("conjugate gradients solve the normal equations", arguments: ElementType.allCases)
    func leastSquares(_ element: ElementType) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let run = try await graph(folder, element, iterations: 60) { g, data, start in
            let loop = g.conjugateGradients(data, from: start, weight: 0.1)
            let left = g.add(
                "left", Axpy(), g.add("weight", Number(0.1)), loop.x, g.gradient("gradient", of: data, at: loop.x))
            g.metric(
                g.add(
                    "off", Arithmetic(.divide), g.add("left-norm", Norm(), left),
                    g.add("right-norm", Norm(), g.backprojection("b", of: data))))
            return loop.x
        }.run()
        #expect(try #require(run.records.last?.metrics["off"]) < 1e-5)
    }

    /// The data term after iterations towards the same image.
    private func misfit(_ build: (GraphBuilder, DataTerm, Value) -> Iteration) async throws -> Float {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let run = try await graph(folder, iterations: 12) { g, data, start in
            let x = build(g, data, start).x
            g.metric(g.value("misfit", of: data, at: x))
            return x
        }.run()
        return try #require(run.records.last?.metrics["misfit"])
    }

    private func step(_ g: GraphBuilder, _ data: DataTerm, _ x: Value) -> Value {
        g.add("image", Descend(step: 0.3), x, g.gradient("gradient", of: data, at: x))
    }

    @Test("over-relaxation and Anderson's acceleration are faster than plain iterations")
    func accelerated() async throws {
        let plain = try await misfit { g, data, start in g.fixedPoint(from: start) { step(g, data, $0) } }
        let relaxed = try await misfit { g, data, start in
            g.fixedPoint(from: start, acceleration: .relaxation(1.6)) { step(g, data, $0) }
        }
        let mixed = try await misfit { g, data, start in
            g.fixedPoint(from: start, acceleration: .anderson(history: 4)) { step(g, data, $0) }
        }
        print("misfit after 12 iterations: \(plain) plain, \(relaxed) relaxed, \(mixed) by Anderson's mixing")
        #expect(relaxed < plain && mixed < relaxed)
    }

    @Test("a step that is far too long is shortened until it is not")
    func backtracking() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let run = try await graph(folder, iterations: 40) { g, data, start in
            g.backtrackingProximalGradient(data, from: start, step: 64) { z, _ in z }.x
        }.run()
        let step = try #require(run.records.last?.metrics["next-step"])
        // The norm is 3, and steps are halved until they are below 1 / 3 or do no harm.
        #expect(step <= 0.5 && step >= 0.25)
        #expect(try #require(run["result"]).values.allSatisfy { $0.magnitude < 10 })
    }

    @Test("a run ends where the data is explained as well as noise allows")
    func discrepancy() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let run = try await graph(folder, iterations: 1000) { g, data, start in
            let noisy = g.add("noisy", GaussianNoise(sigma: [0.05], seed: 2), data.measurements, over: data.shard)
            let data = DataTerm(data.map, noisy, over: data.shard)
            let loop = g.landweber(data, from: start, step: 0.5)
            let ratio = g.discrepancy("discrepancy", of: data, at: loop.next, noise: g.add("noise", Number(0.05)))
            g.metric(ratio)
            g.stop(when: ratio, below: 1, for: 1)
            return loop.x
        }.run()
        let ratios = run.records.compactMap { $0.metrics["discrepancy"] }
        guard case .converged = run.ending else {
            Issue.record("it ended by \(run.ending) at \(ratios.last ?? .nan)")
            return
        }
        #expect(ratios.count > 2 && ratios.dropLast(2).allSatisfy { $0 >= 1 })
    }

    @Test("SIRT of blurs, whose sums are 1, is Landweber's iteration with a third as its step")
    func sirt() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        func result(_ build: (GraphBuilder, DataTerm, Value) -> Iteration) async throws -> Tensor {
            try #require(try await graph(folder) { g, data, start in build(g, data, start).x }.run()["result"])
        }
        let own = try await result { g, data, start in g.sirt(data, from: start, relaxation: 1.5) }
        let other = try await result { g, data, start in g.landweber(data, from: start, step: 0.5) }
        #expect(relativeDifference(own, reference: other) < 1e-5)
    }

    @Test("an equivariant denoiser turns what it is given, and turns it back, by any number of workers")
    func equivariant() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        func result(workers: Int, _ denoise: @escaping (GraphBuilder, Value) -> Value) async throws -> Tensor {
            let graph = try graph(folder, iterations: 5) { g, data, start in
                g.proximalGradient(data, from: start, step: 0.5) { z in
                    g.denoisedEquivariantly("next", z) { denoise(g, $0) }
                }.x
            }
            return try #require(try await graph.run(on: .local(workers: workers, threads: 1))["result"])
        }
        // What does not look at places does not notice.
        let plain = try await result(workers: 1) { g, z in g.add("scaled", Scale(0.9), z) }
        let without = try #require(
            try await graph(folder, iterations: 5) { g, data, start in
                g.proximalGradient(data, from: start, step: 0.5) { g.add("scaled", Scale(0.9), $0) }.x
            }.run(on: .local(workers: 1, threads: 1))["result"])
        #expect(plain == without)
        let variation: (GraphBuilder, Value) -> Value = { g, z in
            g.add("smooth", Denoise(Denoiser(tvWeight: 1, tvIterations: 3), sigma: 0.1), z)
        }
        #expect(try await result(workers: 1, variation) == result(workers: 3, variation))
    }

    @Test("a turn of what does not change is drawn anew in each iteration, and turned back")
    func constantTurn() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let run = try await graph(folder, iterations: 6) { g, data, start in
            g.output("start", start)
            let fixed = g.backprojection("fixed", of: data)
            let again = g.denoisedEquivariantly("again", fixed) { $0 }
            let off = g.state("off", initial: g.add("none", Number(0)))
            let now = g.add("now", Norm(), g.add("difference", Arithmetic(.subtract), again, fixed))
            g.next(off, g.add("most", Arithmetic(.maximum), off, now))
            return off
        }.run()
        #expect(run["result"]?.values == [0])
    }

    @Test("Poisson data terms are gone down, and have no closed proximal operator")
    func poisson() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        func term(_ data: DataTerm) -> DataTerm {
            DataTerm(data.map, data.measurements, over: data.shard, fidelity: .poisson(gain: 0.1, background: 0.05))
        }
        func misfit(_ build: (GraphBuilder, DataTerm, Value) -> Iteration) async throws -> [Float] {
            let run = try await graph(folder, iterations: 15) { g, data, start in
                let bright = g.add("bright", Arithmetic(.add), start, g.add("half", Number(0.5)))
                let loop = build(g, term(data), bright)
                g.metric(g.value("misfit", of: term(data), at: loop.next))
                return loop.x
            }.run()
            return run.records.compactMap { $0.metrics["misfit"] }
        }
        let down = try await misfit { g, data, start in
            g.proximalGradient(data, from: start, step: 0.002) {
                g.add("positive", PriorProx(.positivity), $0, g.add("any", Number(1)))
            }
        }
        let dual = try await misfit { g, data, start in
            g.chambollePock(data, from: start, step: 0.05, dualStep: 5) { $0 }
        }
        for values in [down, dual] { #expect(try #require(values.last) < #require(values.first)) }
        #expect {
            try graph(folder) { g, data, start in
                g.admm(term(data), from: start, gamma: g.add("gamma", Number(1))) { $0 }.x
            }
        } throws: {
            "\($0)".contains("is there for the fidelity l2 only")
        }
    }

    @Test("the noise of a stack is estimated before the loop", arguments: [0.02, 0.1])
    func noise(_ sigma: Double) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.file("flat.npy")
        try NPY.write(Tensor([1, 1, 64, 64], [Float](repeating: 0.5, count: 4096)), to: path)
        let run = try await Graph("noise", summary: "") { g in
            let shard = g.axis("shard", count: 3)
            let flat = g.add("flat", Load(Setting(path)))
            let y = g.add("y", GaussianNoise(sigma: [sigma], seed: 4), flat, over: shard)
            g.output("level", g.estimatedNoise("noise", of: DataTerm(blur, y, over: shard), count: 3))
        }.run()
        let level = Double(try #require(run["level"]?.values.first))
        #expect(abs(level - sigma) < 0.1 * sigma)
    }

    @Test("iterates are handed over while it runs, the last of them the result", arguments: [1, 3])
    func iterates(workers: Int) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let found = Mutex<[Int: Tensor]>([:])
        func landweber(_ iterations: Int) throws -> Graph {
            try graph(folder, iterations: iterations) { g, data, start in
                g.landweber(data, from: start, step: 0.5).x
            }
        }
        let run = try await landweber(6).run(
            on: .local(workers: workers, threads: 1),
            iterates: Iterates(every: 2) { iteration, state, value in
                if state == "x" { found.withLock { $0[iteration] = value } }
            })
        let iterates = found.withLock { $0 }
        #expect(iterates.keys.sorted() == [2, 4, 6] && iterates[6] == run["result"])
        let shorter = try await landweber(4).run(on: .local(workers: workers, threads: 1))
        #expect(iterates[4] == shorter["result"] && shorter["result"] != nil)
    }

    @Test("a step beyond the bound is told, with the bound, by whatever algorithm")
    func longStep() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        func warnings(_ build: (GraphBuilder, DataTerm, Value) -> Iteration) throws -> [String] {
            try graph(folder) { g, data, start in build(g, data, start).x }
                .expand(FileFacts(GraphFiles(folder: ""))).warnings.map(\.message)
        }
        func line(_ step: String, _ limit: String) -> String {
            "step \(step) may diverge: the gradient's Lipschitz constant is at most 3, so use a step below \(limit)"
        }
        #expect(
            try warnings { g, data, start in g.landweber(data, from: start, step: 0.8) }
                .contains { $0.hasSuffix(line("0.8", "0.666")) })
        // Momentum allows half as much.
        #expect(
            try warnings { g, data, start in
                g.acceleratedProximalGradient(data, from: start, step: 0.5) { $0 }
            }.contains { $0.hasSuffix(line("0.5", "0.333")) })
        #expect(
            try !warnings { g, data, start in
                g.acceleratedProximalGradient(data, from: start, step: 0.33) { $0 }
            }.contains { $0.contains("may diverge") })
    }
}
