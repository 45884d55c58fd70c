import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Gradients by the normal operator")
struct NormalGradientKernelTests {
    /// Kernels of two blurs, and for how many images and channels their point spread functions are.
    struct Kernels: Sendable, CustomTestStringConvertible {
        let shapes: [Shape]
        let planes: [Int]?

        var testDescription: String { "\(shapes)" }

        static let all = [
            Kernels(shapes: [[3, 5], [4, 5]], planes: nil),
            Kernels(shapes: [[1, 2, 3, 5], [2, 4, 5]], planes: [1, 2]),
            Kernels(shapes: [[3, 5], [2, 4, 5]], planes: [1, 2]),
            Kernels(shapes: [[3, 1, 3, 5], [1, 2, 4, 5]], planes: [3, 2]),
        ]
    }

    @Test("equal those of the data fidelity", arguments: [1, 0.2], Kernels.all)
    func gradient(sigma: Double, kernels: Kernels) throws {
        for threads in [1, 2] { try compare(sigma, kernels, threads: threads) }
    }

    private func compare(_ sigma: Double, _ kernels: Kernels, threads: Int) throws {
        let sample = try GraphSample()
        let image: Shape = [3, 2, 33, 40]
        for (index, shape) in kernels.shapes.enumerated() {
            try sample.write("kernel\(index)", .random(shape, in: 0...1, seed: UInt64(index)))
            try sample.write("y\(index)", .random(image, seed: UInt64(index + 5)))
        }
        let blur = Blur([.file(path: "kernel{shard}.npy")])
        func run(_ build: (GraphBuilder, AxisHandle, Value, Value) -> Value) throws -> Tensor {
            try #require(
                try sample.run(
                    { g in
                        let shard = g.axis("shard", count: 2)
                        let x = try sample.load(g, "x", .random(image, seed: 9))
                        return build(g, shard, x, g.add("y", Load("y{shard}.npy"), over: shard))
                    }, threads: threads
                ).first)
        }
        let plain = try run { g, shard, x, y in
            g.add("g", Sum(), g.add("gs", DataGradient(blur, sigma: Setting(sigma)), x, y, over: shard))
        }
        let fused = try run { g, shard, x, y in
            let spreads = g.add("spreads", PointSpread(blur, rows: 9, columns: 9, planes: kernels.planes), over: shard)
            let adjoints = g.add("adjoints", Adjoint(blur), y, over: shard)
            return g.add(
                "g", NormalGradient(sigma: Setting(sigma)), x, g.add("spread", Sum(), spreads),
                g.add("adjoint", Sum(), adjoints))
        }
        #expect(relativeDifference(fused, reference: plain) <= 1e-5)
    }
}
