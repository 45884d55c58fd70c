import GraphModel
import Imaging
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("SSIM as a kind")
struct SSIMKernelTests {
    @Test("is the metric")
    func value() throws {
        let sample = try GraphSample()
        let (x, y) = (
            Tensor.random([1, 2, 12, 9], in: 0...1, seed: 1), Tensor.random([1, 2, 12, 9], in: 0...1, seed: 2)
        )
        let found = try sample.run { g in
            g.add("s", SSIM(), try sample.load(g, "x", x), try sample.load(g, "y", y))
        }
        let expected = x.withView { x in y.withView { Metrics.ssim(x, reference: $0) } }
        #expect(found.first?.values == [Float(try #require(expected))])
    }

    @Test("refuses images too small for its window")
    func refusal() throws {
        let sample = try GraphSample()
        let error = #expect(throws: GraphError.self) {
            try sample.run { g in
                let x = try sample.load(g, "x", Tensor([1, 1, 12, 5]))
                return g.add("s", SSIM(), x, x)
            }
        }
        #expect(
            "\(try #require(error))".hasSuffix(
                "it compares real images … × H × W with sides of 6 pixels or more, not 1 × 1 × 12 × 5 float32"))
    }
}
