import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Rewrites")
struct RewriteTests {
    /// Ids of the nodes of a rewritten graph with their kinds, and what was changed.
    private func rewrite(_ build: (GraphBuilder) -> Void) throws -> (nodes: [String], changes: [String]) {
        let rewritten = try expansion(build).rewritten(.all, workers: 1, sampleFiles)
        #expect(rewritten.rewriting == .all)
        let nodes = rewritten.graph.nodes.map { node in
            switch node.content {
            case .state(let initial, let next): "\(node.id) = state(\(initial), \(next))"
            case .compute(let kind, let inputs):
                "\(node.id) = \(type(of: kind).name)(\(inputs.joined(separator: ", ")))"
                    + (node.axis.map { " over \($0)" } ?? "")
            }
        }
        return (nodes, rewritten.rewrites.map(\.description))
    }

    /// Gradient descent on two blurs of an image.
    private func descent(
        _ g: GraphBuilder, _ blur: Blur = gaussian, shards: Int = 2,
        _ more: (GraphBuilder, _ x: Value, _ gradients: Value) -> Void = { _, _, _ in }
    ) {
        let image = g.image()
        let shard = g.axis("shard", count: Setting(shards))
        let y = g.add("y", Measure(blur), image, over: shard)
        let x = g.state("x", initial: image)
        let gradients = g.add("gradients", DataGradient(blur), x, y, over: shard)
        g.next(x, g.add("z", Descend(step: 0.5), x, g.add("gradient", Sum(), gradients)))
        more(g, x, gradients)
        g.output("result", x)
    }

    @Test("gradients of circular blurs become one convolution, with all that is constant before the loop")
    func spectra() throws {
        let (nodes, changes) = try rewrite { g in descent(g) }
        #expect(
            nodes == [
                "image = load()", "y = measure(image) over shard", "x = state(image, z)",
                "gradients-spread = point-spread() over shard", "gradients-adjoint = adjoint(y) over shard",
                "gradient-spread = sum(gradients-spread)", "gradient-adjoint = sum(gradients-adjoint)",
                "gradient = normal-gradient(x, gradient-spread, gradient-adjoint)", "z = descend(x, gradient)",
            ])
        #expect(
            changes == [
                "constants out of the loop: 'gradients' is AᴴA x − Aᴴy, with Aᴴy and the spectrum of AᴴA computed once",
                "one spectrum: 'gradient' has one convolution for all instances of 'gradients'",
            ])
        let phases = try expansion { g in descent(g) }.rewritten(.all, workers: 1, sampleFiles).instances
            .filter { $0.phase == .body }.map(\.id)
        #expect(phases == ["x", "gradient", "z"])
    }

    @Test("what is asked to stay stays", arguments: [1, 3])
    func none(workers: Int) throws {
        let declared = try expansion(everything)
        let same = try declared.rewritten(.none, workers: workers, sampleFiles)
        #expect(same.rewriting == .none && same.rewrites.isEmpty)
        #expect(try same.graph.fileText() == declared.graph.fileText())
    }

    @Test("states, metrics, outputs, warnings and the declared graph stay", arguments: [1, 3])
    func contract(workers: Int) throws {
        let declared = try expansion { g in
            descent(g, shards: 9) { g, x, _ in
                let truth = g.add("truth", Load("image.npy"))
                g.metric(g.add("psnr", PSNR(), x, truth))
                g.metric(g.add("psnr-again", PSNR(), x, truth))
            }
        }
        let rewritten = try declared.rewritten(.all, workers: workers, sampleFiles)
        #expect(rewritten.graph.metrics == ["psnr", "psnr-again"])
        #expect(rewritten.warnings == declared.warnings && !declared.warnings.isEmpty)
        #expect(try rewritten.declared.fileText() == declared.graph.fileText())
        #expect(rewritten.graph.outputs == ["result": "x"])
        #expect(!rewritten.instances(of: "x").isEmpty && rewritten.iterations == declared.iterations)
    }

    @Test(
        "gradients whose normal operator is no circular convolution stay",
        arguments: Blur.Padding.allCases.filter { $0 != .circular && $0 != .valid })
    func padding(_ padding: Blur.Padding) throws {
        let (nodes, changes) = try rewrite { g in
            descent(g, Blur([.gaussian(sigma: [1, 1], angle: 0)], padding: padding))
        }
        #expect(changes.isEmpty)
        #expect(nodes.contains("gradients = data-gradient(x, y) over shard"))
    }

    @Test("gradients on measurements that change stay")
    func changing() throws {
        let (_, changes) = try rewrite { g in
            let image = g.image()
            let x = g.state("x", initial: image)
            let shard = g.axis("shard", count: 2)
            let y = g.add("y", Measure(gaussian), g.add("twice", Scale(2.0), x), over: shard)
            g.next(x, g.add("gradient", Sum(), g.add("gradients", DataGradient(gaussian), x, y, over: shard)))
            g.output("result", x)
        }
        #expect(changes.isEmpty)
    }

    @Test("gradients that are read one by one keep a convolution each")
    func separate() throws {
        let (nodes, changes) = try rewrite { g in
            descent(g) { g, _, gradients in g.output("gradients", gradients) }
        }
        #expect(changes.map { $0.prefix(9) } == ["constants"])
        #expect(nodes.contains("gradients = normal-gradient(x, gradients-spread, gradients-adjoint) over shard"))
        #expect(nodes.contains("gradient = sum(gradients)"))
    }

    @Test("gradients at an image for each shard keep a convolution each")
    func ownImages() throws {
        let (nodes, changes) = try rewrite { g in
            let image = g.image()
            let shard = g.axis("shard", count: 2)
            let y = g.add("y", Measure(gaussian), image, over: shard)
            let x = g.state("x", initial: image, over: shard)
            let gradients = g.add("gradients", DataGradient(gaussian), x, y, over: shard)
            g.next(x, g.add("z", Descend(step: 0.5), x, gradients, over: shard))
            g.output("result", g.add("result", Sum(), x))
        }
        #expect(changes.map { $0.prefix(9) } == ["constants"])
        #expect(nodes.contains("gradients = normal-gradient(x, gradients-spread, gradients-adjoint) over shard"))
    }

    @Test("a small kernel alone is faster as it is", arguments: [(0.5, 0), (1.0, 1)])
    func small(sigma: Double, changed: Int) throws {
        // 3 × 3 taps at a width of 0.5 pixels, 9 × 9 at 1.
        let (_, changes) = try rewrite { g in
            descent(g, Blur([.gaussian(sigma: [sigma, sigma], angle: 0)])) { g, _, gradients in
                g.output("gradients", gradients)
            }
        }
        #expect(changes.count == changed)
    }

    @Test("new nodes keep clear of the names that are there")
    func names() throws {
        let (nodes, _) = try rewrite { g in
            descent(g) { g, x, _ in
                g.output("other", g.add("gradients-spread", Scale(2.0), x))
                g.output("third", g.add("gradients-spread-2", Scale(3.0), x))
            }
        }
        #expect(nodes.contains("gradients-spread-3 = point-spread() over shard"))
        #expect(nodes.contains("gradients-spread = scale(x)"))
    }

    @Test("equal values are computed once, through all that reads them")
    func duplicates() throws {
        let (nodes, changes) = try rewrite { g in
            let image = g.image()
            let again = g.add("again", Load("image.npy"))
            let twice = g.add("twice", Scale(2.0), image)
            let two = g.add("two", Scale(2.0), again)
            let tile = g.sampleTiles(of: two)
            let x = g.state("x", initial: two)
            g.next(x, g.add("sum", Add(), x, g.add("other", Scale(3.0), twice)))
            g.output("result", g.add("result", Crop(), two, over: tile))
            g.output("last", x)
        }
        #expect(changes == ["equal values once: 'again' equals 'image'", "equal values once: 'two' equals 'twice'"])
        #expect(
            nodes == [
                "image = load()", "twice = scale(image)", "x = state(twice, sum)", "other = scale(twice)",
                "sum = add(x, other)", "result = crop(twice) over tile",
            ])
    }

    @Test("noise, other axes, other phases and metrics are no duplicates")
    func noDuplicates() throws {
        let (_, changes) = try rewrite { g in
            let image = g.image()
            let shard = g.axis("shard", count: 2)
            for name in ["first", "second"] {
                g.output(name, g.add(name, GaussianNoise(sigma: [0.1], seed: 1), image))
                g.output("\(name)-u", g.add("\(name)-u", UniformNoise(amplitude: [0.1], seed: 1), image))
                g.output("\(name)-p", g.add("\(name)-p", PoissonNoise(gain: [0.1], seed: 1), image))
            }
            g.output("twice", g.add("twice", Scale(2.0), image))
            g.output("twices", g.add("twices", Scale(2.0), image, over: shard))
            let x = g.state("x", initial: image)
            g.next(x, g.add("inside", Scale(0.5), x))
            g.output("after", g.add("after", Scale(0.5), x))
        }
        #expect(changes.isEmpty)
    }
}
