import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Gradients by the normal operator")
struct NormalGradientKernelTests {
    @Test("equal those of the data fidelity", arguments: [1, 0.2], [1, 2])
    func gradient(sigma: Double, threads: Int) throws {
        let sample = try GraphSample()
        for index in 0..<2 {
            try sample.write("kernel\(index)", .random([3 + index, 5], in: 0...1, seed: UInt64(index)))
            try sample.write("y\(index)", .random([1, 2, 33, 40], seed: UInt64(index + 5)))
        }
        let blur = Blur([.file(path: "kernel{shard}.npy")])
        func run(_ build: (GraphBuilder, AxisHandle, Value, Value) -> Value) throws -> Tensor {
            try #require(
                try sample.run(
                    { g in
                        let shard = g.axis("shard", count: 2)
                        let x = try sample.load(g, "x", .random([1, 2, 33, 40], seed: 9))
                        return build(g, shard, x, g.add("y", Load("y{shard}.npy"), over: shard))
                    }, threads: threads
                ).first)
        }
        let plain = try run { g, shard, x, y in
            g.add("g", Sum(), g.add("gs", DataGradient(blur, sigma: Setting(sigma)), x, y, over: shard))
        }
        let fused = try run { g, shard, x, y in
            let spreads = g.add("spreads", PointSpread(blur, rows: 9, columns: 9), over: shard)
            let adjoints = g.add("adjoints", Adjoint(blur), y, over: shard)
            return g.add(
                "g", NormalGradient(sigma: Setting(sigma)), x, g.add("spread", Sum(), spreads),
                g.add("adjoint", Sum(), adjoints))
        }
        #expect(relativeDifference(fused, reference: plain) <= 1e-5)
    }
}
