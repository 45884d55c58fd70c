import Foundation
import GraphModel
import Imaging
import KernelTesting
import Kernels
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Priors as kinds")
struct PriorKindTests {
    private static let all: [Prior] = [
        .l1, .tikhonov, .totalVariation(iterations: 400), .wavelet(.db2, levels: 2), .box(lower: -0.5, upper: 0.25),
        .positivity,
    ]

    private func prox(_ prior: Prior, _ x: Tensor, weight: Float) throws -> Tensor {
        try KernelEvaluation(["x": x, "weight": Tensor([], [weight])]) { g in
            g.keep("u", PriorProx(prior), g.load("x"), g.load("weight"))
        }["u"]
    }

    private func value(_ prior: Prior, _ x: Tensor) throws -> Double {
        Double(try KernelEvaluation(["x": x]) { g in g.keep("h", PriorValue(prior), g.load("x")) }["h"].values[0])
    }

    @Test("no other image has a smaller value of what the prox minimises", arguments: all)
    func optimality(_ prior: Prior) throws {
        let x = Tensor.random([1, 2, 12, 8], seed: 1)
        let weight: Float = 0.2
        let u = try prox(prior, x, weight: weight)
        func objective(_ u: Tensor) throws -> Double {
            var distance = 0.0
            for (left, right) in zip(u.values, x.values) { distance += pow(Double(left) - Double(right), 2) / 2 }
            return try Double(weight) * value(prior, u) + distance
        }
        let least = try objective(u)
        for (seed, size) in zip(2..<8 as Range<UInt64>, [1e-3, 1e-2, 1e-1, 1e-2, 1e-3, 1] as [Float]) {
            // Into the direction of x every other time, where bounds are kept.
            let other = seed.isMultiple(of: 2) ? x : Tensor.random(x.shape, seed: seed)
            let near: [Float] = zip(u.values, other.values).map { $0 + size * ($1 - $0) }
            #expect(try objective(Tensor(x.shape, near)) >= least - 1e-5 * abs(least))
        }
    }

    @Test(
        "gradients are differences of values where nothing jumps",
        arguments: [
            .l1, .tikhonov, .totalVariation(), .wavelet(.db2, levels: 2), .wavelet(.db4, levels: 1, mode: .zero),
        ]
            as [Prior])
    func gradient(_ prior: Prior) throws {
        let x = Tensor.random([1, 2, 8, 12], seed: 3)
        let g = try KernelEvaluation(["x": x]) { g in g.keep("g", PriorGradient(prior), g.load("x")) }["g"]
        // Convex functions are above their tangents, and h(0) = 0: ⟨g, x⟩ ≥ h(x), with equality where h is a norm.
        var slope = 0.0
        for (left, right) in zip(g.values, x.values) { slope += Double(left) * Double(right) }
        let own = try value(prior, x)
        #expect(abs(slope - (prior == .tikhonov ? 2 : 1) * own) <= 1e-4 * own)
        for seed in 4..<8 as Range<UInt64> {
            let z = Tensor.random(x.shape, seed: seed)
            var tangent = own
            for i in z.values.indices { tangent += Double(g.values[i]) * Double(z.values[i] - x.values[i]) }
            #expect(try value(prior, z) >= tangent - 1e-4 * own)
        }
    }

    @Test("complex images keep their phases")
    func complex() throws {
        let x = Tensor(TensorType([1, 1, 2, 2], .complex64), [3, 4, 0, 0, -0.3, 0.4, 0, -2])
        func close(_ found: Tensor, _ expected: [Float]) -> Bool {
            maxDifference(found, Tensor(x.type, expected)) <= 1e-6
        }
        #expect(close(try prox(.l1, x, weight: 1), [2.4, 3.2, 0, 0, 0, 0, 0, -1]))
        #expect(close(try prox(.tikhonov, x, weight: 1), [1.5, 2, 0, 0, -0.15, 0.2, 0, -1]))
        #expect(abs(try value(.l1, x) - 7.5) <= 1e-6)
        let sign = try KernelEvaluation(["x": x]) { g in g.keep("g", PriorGradient(.l1), g.load("x")) }["g"]
        #expect(close(sign, [0.6, 0.8, 0, 0, -0.6, 0.8, 0, -1]))
    }

    @Test(
        "what is not a number stays so", arguments: [.l1, .tikhonov, .box(lower: 0, upper: 1), .positivity] as [Prior])
    func notANumber(_ prior: Prior) throws {
        let values = try KernelEvaluation(["x": Tensor([1], [1]), "weight": Tensor([], [0.1])]) { g in
            let huge = g.add("huge", Scale(3e38), g.add("large", Scale(3e38), g.load("x")))
            let nothing = g.keep("nothing", Add(), huge, g.add("other", Scale(-1), huge))
            g.keep("u", PriorProx(prior), nothing, g.load("weight"))
        }
        #expect(values["nothing"].values[0].isNaN && values["u"].values[0].isNaN)
    }

    @Test(
        "exact tiles equal the whole image",
        arguments: [.l1, .totalVariation(), .tikhonov, .wavelet(.db3, levels: 2)] as [Prior])
    func tiles(_ prior: Prior) throws {
        let image = Tensor.random([1, 2, 36, 28], seed: 4)
        let gradient = try TileChecks.largestDifference(
            PriorGradient(prior), on: image, tile: 12, catalog: .standard)
        #expect(gradient == 0)
        let own: Prior = prior == .totalVariation() ? .totalVariation(iterations: 4) : prior
        let kind = PriorProx(own)
        let values = try KernelEvaluation(["image": image, "weight": Tensor([], [0.1])]) { g in
            let (image, weight) = (g.load("image"), g.load("weight"))
            g.keep("whole", kind, image, weight)
            let tiles = g.tiles("tile", of: image, mode: Setting(.exact), size: 12, overlap: 0, denoiser: kind)
            let windows = g.add("windows", Crop(), image, over: tiles)
            g.keep("tiled", Blend(), g.add("parts", kind, windows, weight, over: tiles))
        }
        #expect(values["whole"] == values["tiled"])
    }

    @Test("projections on balls", arguments: ProjectOnBall.Vectors.allCases, [[5, 2], [4, 3], [6]] as [Shape])
    func balls(_ over: ProjectOnBall.Vectors, _ shape: Shape) throws {
        let u = Tensor.random(shape, seed: 5)
        let p = try KernelEvaluation(["u": u, "radius": Tensor([], [0.5])]) { g in
            g.keep("p", ProjectOnBall(over: over), g.load("u"), g.load("radius"))
        }["p"]
        let length =
            switch over {
            case .lastAxis: shape.trailing(1)[0]
            case .element: 1
            case .all: shape.count
            }
        for start in stride(from: 0, to: shape.count, by: length) {
            let own = u.values[start..<start + length]
            let size = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for (found, value) in zip(p.values[start..<start + length], own) {
                #expect(abs(found - value * min(1, 0.5 / size)) <= 1e-6)
            }
        }
    }

    @Test(
        "differences and wavelets are operators",
        arguments: [TensorType([2, 3, 8, 12]), TensorType([1, 2, 16, 4], .complex64), TensorType([4, 1, 4])])
    func operators(_ type: TensorType) throws {
        let maps: [any Operator] =
            [Differences()] + (type.shape == [4, 1, 4] ? [] : [WaveletTransform(.db3, levels: 2)] as [any Operator])
        for map in maps {
            #expect(try OperatorChecks.adjoint(map, on: type) < 1e-5)
            #expect(try OperatorChecks.normal(map, on: type) < 1e-5)
            #expect(try OperatorChecks.linearity(map, on: type) < 1e-5)
            #expect(try #require(try OperatorChecks.bound(map, on: type)) <= 1.0001)
            #expect(try OperatorChecks.survivesFile(map, catalog: .standard))
        }
    }

    // MARK: Refusals

    private func complaint(_ type: TensorType, weight: Shape = [], _ build: (GraphBuilder, Value, Value) -> Void)
        -> String
    {
        let files = FileFacts([
            FileReference("x.npy", .tensor): .tensor(type),
            FileReference("w.npy", .tensor): .tensor(TensorType(weight)),
        ])
        do throws(GraphError) {
            let graph = try Graph("g", summary: "") { g in
                let (x, w) = (g.add("x", Load("x.npy", as: .array)), g.add("w", Load("w.npy", as: .array)))
                g.output("w", w)
                build(g, x, w)
            }
            _ = try graph.expand(files)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("what is no image of theirs is refused")
    func refusals() {
        let (real, complex) = (TensorType([1, 1, 12, 8]), TensorType([1, 1, 12, 8], .complex64))
        func prox(_ prior: Prior, _ type: TensorType, _ weight: Shape = []) -> String {
            complaint(type, weight: weight) { g, x, w in g.output("u", g.add("u", PriorProx(prior), x, w)) }
        }
        #expect(prox(.l1, complex) == "")
        #expect(
            prox(.totalVariation(), complex).hasSuffix(
                "'u': total variation is a prior of real images, not 1 × 1 × 12 × 8 complex64; of complex ones take 'l1' "
                    + "or 'wavelet'"))
        #expect(prox(.positivity, complex).contains("positivity is a prior of real images"))
        #expect(
            prox(.totalVariation(), TensorType([12, 8])).hasSuffix(
                "total variation needs N × C × H × W, not 12 × 8 float32"))
        #expect(prox(.totalVariation(iterations: 0), real).hasSuffix("'iterations' is 0; it must be from 1 to 1000000"))
        #expect(prox(.box(lower: 1, upper: 0), real).hasSuffix("'lower' is 1 and 'upper' 0; it must not be below"))
        #expect(prox(.wavelet(.haar, levels: 3), real).contains("of 3 levels does not fit images of 12 × 8"))
        #expect(prox(.l1, real, [2]).hasSuffix("its input 'weight' is 2 float32; it must be a single float32 number"))
        let box = complaint(real) { g, x, _ in
            g.output("u", g.add("u", PriorGradient(.box(lower: 0, upper: 1)), x))
        }
        #expect(box.hasSuffix("a projection's prior, in [0, 1], has no gradient; use the kind 'prior-prox'"))
        let tiles = complaint(real) { g, x, w in
            let tile = g.tiles("tile", of: x, mode: Setting(.exact), size: 6, overlap: 0, denoiser: PriorProx(.l1))
            let windows = g.add("windows", Crop(), x, over: tile)
            g.output("u", g.add("u", PriorProx(.wavelet(.haar, levels: 1)), windows, w, over: tile))
        }
        #expect(tiles.contains("it looks 12 pixels far"))
    }

    @Test("weights below 0 end the run")
    func weights() {
        #expect(throws: ImagingError.weight(-1, of: "the weight of a proximal operator")) {
            try prox(.l1, Tensor([2], [1, 2]), weight: -1)
        }
        #expect(
            "\(ImagingError.weight(-1, of: "the radius of a ball"))"
                == "the radius of a ball is -1.0; it must be finite and 0 or more")
    }

    // MARK: Fixtures

    @Suite(
        "against fixtures", .enabled(if: SharedFiles.exact.exist, "the fixtures of ../shared/goldens2 are absent"))
    struct Golden {
        private func golden(_ name: String) throws -> Tensor {
            try NPY.read(SharedFiles.exact.path("\(name).npy"))
        }

        @Test("proximal operators, projections and subgradients")
        func priors() throws {
            let (x, image) = (try golden("prior_x"), try golden("prior_image"))
            let values = try KernelEvaluation([
                "x": x, "image": image, "w3": Tensor([], [0.3]), "w06": Tensor([], [0.06]), "w15": Tensor([], [0.15]),
                "d": golden("prior_differences"),
            ]) { g in
                let (x, image) = (g.load("x"), g.load("image"))
                let (w3, w06, w15) = (g.load("w3"), g.load("w06"), g.load("w15"))
                g.keep("l1_prox", PriorProx(.l1), x, w3)
                g.keep("l1_subgradient", PriorGradient(.l1), x)
                g.keep("tikhonov_prox", PriorProx(.tikhonov), x, w3)
                g.keep("tv_subgradient", PriorGradient(.totalVariation()), image)
                g.keep("tv_prox", PriorProx(.totalVariation(iterations: 4000)), image, w06)
                g.keep("wavelet_prox", PriorProx(.wavelet(.db4, levels: 2, mode: .zero)), x, w15)
                g.keep("positive", PriorProx(.positivity), x, w3)
                g.keep("box", PriorProx(.box(lower: 0, upper: 1)), x, w3)
                g.keep("differences", Measure(Differences()), image)
                g.keep("differences_adjoint", Adjoint(Differences()), g.load("d"))
                g.keep("l1", PriorValue(.l1), x)
                g.keep("tikhonov", PriorValue(.tikhonov), x)
                g.keep("tv", PriorValue(.totalVariation()), image)
                g.keep("wavelet", PriorValue(.wavelet(.db4, levels: 2, mode: .zero)), x)
            }
            let tolerances: [(String, Float)] = [
                ("l1_prox", 1e-6), ("l1_subgradient", 0), ("tikhonov_prox", 1e-6), ("tv_subgradient", 1e-4),
                ("tv_prox", 1e-5), ("wavelet_prox", 1e-5), ("positive", 0), ("box", 0), ("differences", 2e-7),
                ("differences_adjoint", 1e-6),
            ]
            for (name, tolerance) in tolerances {
                let error = relativeDifference(values[name], reference: try golden("prior_\(name)"))
                print("prior_\(name): \(error) of \(tolerance)")
                #expect(error <= tolerance, "\(name)")
            }
            let data = try Data(contentsOf: URL(filePath: SharedFiles.exact.path("priors.json")))
            let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let known = try #require(object["values"] as? [String: Double])
            for name in ["l1", "tikhonov", "tv", "wavelet"] {
                let error = abs(Double(values[name].values[0]) / (try #require(known[name])) - 1)
                print("value \(name): \(error) of 1e-5")
                #expect(error <= 1e-5, "\(name)")
            }
        }
    }
}
